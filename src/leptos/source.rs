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
///     let all = use_event_source::<Feed>("/prices");
///     let patient = use_event_source::<Feed>(EventSource::builder("/prices").policy(Policy::resilient()));
///     let given = use_event_source::<Feed>(url);
///     let selected = use_event_source::<Feed>(move || {
///         EventSource::builder(format!("/prices/{}", symbol.get())).policy(Policy::resilient())
///     });
/// }
/// ```
///
/// On a nightly compiler a signal is taken where Leptos's feature `nightly` makes it a closure; else it is read in one:
/// `move || url.get()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a hook could open",
    label = "neither a URL, nor an `EventSourceBuilder`, nor a closure or a signal of either",
    note = "read a signal in a closure: `move || url.get()`"
)]
pub trait IntoSource {
    /// What tells the source to open, by the signals that it reads.
    fn into_source(self) -> impl Fn() -> EventSourceBuilder + 'static;
}

impl IntoSource for &str {
    fn into_source(self) -> impl Fn() -> EventSourceBuilder + 'static {
        EventSourceBuilder::from(self).into_source()
    }
}

impl IntoSource for String {
    fn into_source(self) -> impl Fn() -> EventSourceBuilder + 'static {
        EventSourceBuilder::from(self).into_source()
    }
}

impl IntoSource for EventSourceBuilder {
    fn into_source(self) -> impl Fn() -> EventSourceBuilder + 'static {
        move || self.clone()
    }
}

impl<F, T> IntoSource for F
where
    F: Fn() -> T + 'static,
    T: Into<EventSourceBuilder>,
{
    fn into_source(self) -> impl Fn() -> EventSourceBuilder + 'static {
        move || self().into()
    }
}

/// Where signals are closures, they are taken as such.
macro_rules! impl_for_signals {
    ($($signal:ident<T $(, $storage:ident)?>),* $(,)?) => {
        $(
            #[cfg(any(docsrs, not(nightly)))]
            impl<T $(, $storage: Storage<T>)?> IntoSource for $signal<T $(, $storage)?>
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
