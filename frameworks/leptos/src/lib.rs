#![doc = include_str!("../README.md")]
//!
//! # Testing
//!
//! With the feature `testing` of `typed-eventsource` a test plays the server. It runs in a browser, by `wasm-pack test`:
//!
#![doc = concat!("```no_run\n", include_str!("example.rs"), "# fn main() {}\n```")]
#![forbid(unsafe_code)]

mod component_source;
mod handle;
mod source;

use std::rc::Rc;

use component_source::Control;
pub use handle::UseEventSourceHandle;
use leptos::prelude::{RwSignal, Set, Signal, Update, WithUntracked};
pub use source::IntoSource;
#[doc(no_inline)]
pub use typed_eventsource;
use typed_eventsource::{Event, EventEnum, Payload};
use typed_eventsource_hooks::Selection;

/// The latest of the events that `E`'s variants name, as a signal; `None` before the first.
///
/// A signal may show only the last of several events that come at once: see [`use_event_source_fold`] and
/// [`use_event_source_callback`] for all of them.
///
/// ```
/// use leptos::prelude::*;
/// use serde::Deserialize;
/// use typed_eventsource_leptos::use_event_source;
///
/// #[derive(Clone, Deserialize)]
/// #[serde(rename_all = "lowercase")]
/// enum Feed {
///     Price { symbol: String, price: f64 },
///     Halt(String),
/// }
///
/// #[component]
/// fn Ticker() -> impl IntoView {
///     let feed = use_event_source::<Feed, _>("/prices");
///     view! {
///         <p>
///             {move || match feed.data().get() {
///                 Some(Feed::Price { symbol, price }) => format!("{symbol} {price}"),
///                 Some(Feed::Halt(symbol)) => format!("{symbol} is halted"),
///                 None => feed.state().get().to_string(),
///             }}
///         </p>
///     }
/// }
/// ```
pub fn use_event_source<E, M>(source: impl IntoSource<M>) -> UseEventSourceHandle<Option<E>>
where
    E: EventEnum + Send + Sync,
{
    latest(source, Selection::variants())
}

/// The latest event of one name, as a signal; `None` before the first.
///
/// The event's data is any [`Payload`]: JSON, also for an enum whose variant a field names, [`Text`](typed_eventsource::Text), or a
/// format that the app decodes. Events without a name are named `message`.
///
/// ```
/// use leptos::prelude::*;
/// use typed_eventsource::Text;
/// use typed_eventsource_leptos::use_event;
///
/// #[component]
/// fn LastLine() -> impl IntoView {
///     let line = use_event::<Text, _>("/log", "line");
///     view! { <pre>{move || line.data().get().map(|Text(line)| line)}</pre> }
/// }
/// ```
pub fn use_event<T, M>(
    source: impl IntoSource<M>,
    name: impl Into<Rc<str>>,
) -> UseEventSourceHandle<Option<T>>
where
    T: Payload + Send + Sync,
{
    latest(source, Selection::named(name))
}

fn latest<E: Send + Sync + 'static, M>(
    source: impl IntoSource<M>,
    selection: Selection<E>,
) -> UseEventSourceHandle<Option<E>> {
    let data = RwSignal::new(None);
    let on_event = move |event: Event<E>| drop(data.try_set(Some(event.data)));
    let reset = move || {
        if data.try_with_untracked(Option::is_some) == Some(true) {
            data.try_set(None);
        }
    };
    UseEventSourceHandle::new(data, Control::new(source, selection, on_event, reset))
}

/// Folds every event that `E`'s variants name into a value that starts as `init()`, and returns it as a signal. No event is left
/// out, however many come between two renderings. `fold` gets the value as `&mut T`, as in `update`; it does not read the
/// signal.
///
/// Another source resets the value to `init()`. Closing and opening the same source keeps the value.
///
/// ```
/// use leptos::prelude::*;
/// use serde::Deserialize;
/// use typed_eventsource::{EventSource, Policy};
/// use typed_eventsource_leptos::use_event_source_fold;
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "lowercase")]
/// enum Chat {
///     Message(String),
///     Joined(String),
/// }
///
/// #[component]
/// fn Room(#[prop(into)] id: Signal<u32>) -> impl IntoView {
///     let room = move || EventSource::builder(format!("/rooms/{}", id.get())).policy(Policy::resilient());
///     let lines = use_event_source_fold(room, Vec::new, |lines, event| {
///         lines.push(match event.data {
///             Chat::Message(text) => text,
///             Chat::Joined(name) => format!("{name} is here"),
///         });
///     });
///     view! { <pre>{move || lines.data().read().join("\n")}</pre> }
/// }
/// ```
pub fn use_event_source_fold<E, T, M>(
    source: impl IntoSource<M>,
    init: impl Fn() -> T + 'static,
    fold: impl Fn(&mut T, Event<E>) + 'static,
) -> UseEventSourceHandle<T>
where
    E: EventEnum,
    T: Send + Sync + 'static,
{
    let data = RwSignal::new(init());
    let on_event = move |event: Event<E>| {
        data.try_update(|data| fold(data, event));
    };
    let reset = move || drop(data.try_set(init()));
    UseEventSourceHandle::new(
        data,
        Control::new(source, Selection::variants(), on_event, reset),
    )
}

/// Calls the callback with each event that `E`'s variants name. An event also has its name and its id.
///
/// ```
/// use leptos::prelude::*;
/// use serde::Deserialize;
/// use typed_eventsource_leptos::use_event_source_callback;
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "lowercase")]
/// enum Feed {
///     Alarm(String),
/// }
///
/// #[component]
/// fn Bell(#[prop(into)] on_alarm: Callback<(String,)>) -> impl IntoView {
///     let last_id = RwSignal::new(String::new());
///     let alarms = use_event_source_callback("/alarms", move |event| {
///         last_id.set(event.last_event_id().to_owned());
///         let Feed::Alarm(text) = event.data;
///         on_alarm.run((text,));
///     });
///     view! { <p role="status">{move || alarms.state().get().to_string()} " " {last_id}</p> }
/// }
/// ```
///
/// An [`Event`] stays on its thread, and so does a signal that holds one:
///
/// ```
/// use leptos::prelude::*;
/// use serde::Deserialize;
/// use typed_eventsource_leptos::use_event_source_callback;
///
/// #[derive(Clone, Deserialize)]
/// #[serde(rename_all = "lowercase")]
/// enum Feed {
///     Alarm(String),
/// }
///
/// #[component]
/// fn Bell() -> impl IntoView {
///     let latest = RwSignal::new_local(None);
///     use_event_source_callback::<Feed, _>("/alarms", move |event| latest.set(Some(event)));
///     view! { <p>{move || latest.get().map(|event| event.last_event_id().to_owned())}</p> }
/// }
/// ```
pub fn use_event_source_callback<E: EventEnum, M>(
    source: impl IntoSource<M>,
    callback: impl Fn(Event<E>) + 'static,
) -> UseEventSourceHandle {
    let nothing = Signal::stored(());
    UseEventSourceHandle::new(
        nothing,
        Control::new(source, Selection::variants(), callback, || {}),
    )
}
