//! What a hook opens.

use leptos::prelude::{
    ArcMemo, ArcReadSignal, ArcRwSignal, ArcSignal, Get, IntoReactiveValue, Memo, ReadSignal,
    RwSignal, Signal, Storage,
};
use typed_eventsource::EventSourceBuilder;

/// What a hook opens: a URL, an [`EventSourceBuilder`], or a closure or a signal of either, which may come to another one.
///
/// ```
/// use leptos::prelude::*;
/// use serde::Deserialize;
/// use typed_eventsource::{EventSource, Policy};
/// use typed_eventsource_leptos::use_event_source;
///
/// #[derive(Deserialize)]
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
/// The marker `M` is left to the compiler, as in Leptos's own traits of this kind: `use_event_source::<Feed, _>(…)`, or
/// `use_event_source(…)` where the type of the events is clear from their use. It is the same on nightly, where signals are
/// closures too.
///
/// This trait is sealed: it is not for others to implement.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a hook could open",
    label = "neither a URL, nor an `EventSourceBuilder`, nor a closure or a signal of either",
    note = "what changes in another way can be read in a closure: `move || url_of(symbol.get())`"
)]
pub trait IntoSource<M>: sealed::Sealed<M> {}

impl<S: sealed::Sealed<M>, M> IntoSource<M> for S {}

/// Of a URL or a builder.
#[derive(Debug)]
#[doc(hidden)]
pub enum OfValue {}

/// Of a closure.
#[derive(Debug)]
#[doc(hidden)]
pub enum OfClosure {}

/// Of a signal.
#[derive(Debug)]
#[doc(hidden)]
pub struct OfSignal<C>(C);

pub(super) mod sealed {
    use typed_eventsource::EventSourceBuilder;

    pub trait Sealed<M> {
        /// What tells the source to open, by the signals that it reads.
        fn into_source(self) -> impl Fn() -> EventSourceBuilder + 'static;
    }
}

impl<T: Into<EventSourceBuilder>> sealed::Sealed<OfValue> for T {
    fn into_source(self) -> impl Fn() -> EventSourceBuilder + 'static {
        let builder = self.into();
        move || builder.clone()
    }
}

impl<F, T> sealed::Sealed<OfClosure> for F
where
    F: Fn() -> T + 'static,
    T: Into<EventSourceBuilder>,
{
    fn into_source(self) -> impl Fn() -> EventSourceBuilder + 'static {
        move || self().into()
    }
}

/// A closure that would become a signal, as the second of these bounds has it.
type Witness<T> = fn() -> fn(T);

// With Leptos's feature `nightly` a signal is a closure, and a source as such. For the compiler to choose it must not be one
// as a signal too. The second bound sees to that: where signals are closures, Leptos makes no signal of a closure.
macro_rules! impl_for_signals {
    ($($signal:ident<T $(, $storage:ident)?>),* $(,)?) => {
        $(
            impl<T: 'static $(, $storage: Storage<T>)?, C> sealed::Sealed<OfSignal<C>>
                for $signal<T $(, $storage)?>
            where
                Self: Get<Value: Into<EventSourceBuilder>> + 'static,
                Witness<T>: IntoReactiveValue<Signal<fn(T)>, C>,
            {
                fn into_source(self) -> impl Fn() -> EventSourceBuilder + 'static {
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
