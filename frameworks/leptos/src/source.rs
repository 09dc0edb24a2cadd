//! The types that a hook can open.

use leptos::prelude::{
    ArcMemo, ArcReadSignal, ArcRwSignal, ArcSignal, Get, IntoReactiveValue, Memo, ReadSignal,
    RwSignal, Signal, Storage,
};
use typed_eventsource::EventSourceBuilder;

/// What a hook can open: a URL, an [`EventSourceBuilder`], or a closure or a signal that returns either. A hook opens another
/// source when the closure or the signal returns another one.
///
/// ```
/// use leptos::prelude::*;
/// use serde::Deserialize;
/// use typed_eventsource::{EventSource, Policy};
/// use typed_eventsource_leptos::use_event_source;
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "lowercase")]
/// enum Feed {
///     Price(f64),
/// }
///
/// #[component]
/// fn Prices(url: Signal<String>, symbol: RwSignal<String>) -> impl IntoView {
///     let all = use_event_source::<Feed, _>("/prices");
///     let patient = use_event_source::<Feed, _>(EventSource::builder("/prices").policy(Policy::resilient()));
///     let given = use_event_source::<Feed, _>(url);
///     let selected = use_event_source::<Feed, _>(move || {
///         EventSource::builder(format!("/prices/{}", symbol.get())).policy(Policy::resilient())
///     });
/// }
/// ```
///
/// The compiler infers the marker `M`, as in Leptos's own traits of this kind. Write `use_event_source::<Feed, _>(…)`, or
/// `use_event_source(…)` if the compiler can infer the type of the events. With Leptos's feature `nightly` the calls are the
/// same.
///
/// This trait is sealed: other crates cannot implement it.
#[diagnostic::on_unimplemented(
    message = "a hook cannot open `{Self}`",
    label = "neither a URL, nor an `EventSourceBuilder`, nor a closure or a signal that returns either",
    note = "a closure can make the URL from other values: `move || url_of(symbol.get())`"
)]
pub trait IntoSource<M>: sealed::Sealed<M> {}

impl<S: sealed::Sealed<M>, M> IntoSource<M> for S {}

/// The marker of a URL or a builder.
#[derive(Debug)]
#[doc(hidden)]
pub enum OfValue {}

/// The marker of a closure.
#[derive(Debug)]
#[doc(hidden)]
pub enum OfClosure {}

/// The marker of a signal. `C` is the marker by which Leptos makes a signal of a closure.
#[derive(Debug)]
#[doc(hidden)]
pub struct OfSignal<C>(C);

pub(super) mod sealed {
    use typed_eventsource::EventSourceBuilder;

    pub trait Sealed<M> {
        /// A function that makes the builder of the source to open. It reads the signals that decide on the source.
        fn into_builder_fn(self) -> impl Fn() -> EventSourceBuilder + 'static;
    }
}

impl<T: Into<EventSourceBuilder>> sealed::Sealed<OfValue> for T {
    fn into_builder_fn(self) -> impl Fn() -> EventSourceBuilder + 'static {
        let builder = self.into();
        move || builder.clone()
    }
}

impl<F, T> sealed::Sealed<OfClosure> for F
where
    F: Fn() -> T + 'static,
    T: Into<EventSourceBuilder>,
{
    fn into_builder_fn(self) -> impl Fn() -> EventSourceBuilder + 'static {
        move || self().into()
    }
}

/// A closure that Leptos makes a signal of, unless its feature `nightly` is on.
type StableClosure<T> = fn() -> fn(T);

// With Leptos's feature `nightly` signals are closures, so the implementation for closures includes them. A second
// implementation for them would make `M` ambiguous. The bound on `StableClosure` switches these implementations off: with
// `nightly`, Leptos does not make a signal of a closure.
macro_rules! impl_for_signals {
    ($($signal:ident<T $(, $storage:ident)?>),* $(,)?) => {
        $(
            impl<T: 'static $(, $storage: Storage<T>)?, C> sealed::Sealed<OfSignal<C>>
                for $signal<T $(, $storage)?>
            where
                Self: Get<Value: Into<EventSourceBuilder>> + 'static,
                StableClosure<T>: IntoReactiveValue<Signal<fn(T)>, C>,
            {
                fn into_builder_fn(self) -> impl Fn() -> EventSourceBuilder + 'static {
                    move || self.get().into()
                }
            }
        )*
    };
}

impl_for_signals!(
    ReadSignal<T, S>,
    RwSignal<T, S>,
    Memo<T, S>,
    Signal<T, S>,
    ArcReadSignal<T>,
    ArcRwSignal<T>,
    ArcMemo<T, S>,
    ArcSignal<T, S>,
);
