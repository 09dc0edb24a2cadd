//! What a hook opens.

use ::leptos::prelude::{
    ArcMemo, ArcReadSignal, ArcRwSignal, ArcSignal, Get, Memo, ReadSignal, RwSignal, Signal,
    Storage,
};

use crate::EventSourceBuilder;

/// What a hook opens: a URL, an [`EventSourceBuilder`], or a closure or a signal of either, which may come to another one.
///
/// ```
/// use leptos::prelude::*;
/// use serde::Deserialize;
/// use typed_eventsource::{EventSource, Policy, leptos::use_event_source};
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
/// The marker `M` is left to the compiler: `use_event_source::<Feed, _>(…)`. Where Leptos's feature `nightly` makes a signal a
/// closure too, the compiler cannot tell which to take: read the signal in a closure, `move || url.get()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a hook could open",
    label = "neither a URL, nor an `EventSourceBuilder`, nor a closure or a signal of either",
    note = "read a signal in a closure: `move || url.get()`"
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
pub enum OfSignal {}

pub(super) mod sealed {
    use crate::EventSourceBuilder;

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

macro_rules! impl_for_signals {
    ($($signal:ident<T $(, $storage:ident)?>),* $(,)?) => {
        $(
            impl<T $(, $storage: Storage<T>)?> sealed::Sealed<OfSignal> for $signal<T $(, $storage)?>
            where
                Self: Get<Value: Into<EventSourceBuilder>> + 'static,
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
