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

use std::rc::Rc;

use component_source::{ComponentSource, Receive};
pub use handle::UseEventSourceHandle;
#[doc(no_inline)]
pub use typed_eventsource;
use typed_eventsource::{Event, EventEnum, EventSourceBuilder, Payload};
use typed_eventsource_hooks::Selection;
use yew::functional::{Hook, HookContext, use_effect, use_effect_with, use_force_update, use_ref};

/// The latest of the events that `E`'s variants name; `None` before the first. Each event renders the component again.
///
/// The source is a URL or an [`EventSourceBuilder`].
///
/// ```
/// use serde::Deserialize;
/// use typed_eventsource_yew::use_event_source;
/// use yew::prelude::*;
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "lowercase")]
/// enum Feed {
///     Price { symbol: String, price: f64 },
///     Halt(String),
/// }
///
/// #[component]
/// fn Ticker() -> Html {
///     let feed = use_event_source::<Feed>("/prices");
///     match feed.data() {
///         Some(Feed::Price { symbol, price }) => html! { <p>{ symbol }{ " " }{ price }</p> },
///         Some(Feed::Halt(symbol)) => html! { <p>{ symbol }{ " is halted" }</p> },
///         None => html! { <p>{ feed.state().to_string() }</p> },
///     }
/// }
/// ```
pub fn use_event_source<E: EventEnum>(
    source: impl Into<EventSourceBuilder>,
) -> impl Hook<Output = UseEventSourceHandle<Option<E>>> {
    UseEventSource {
        builder: source.into(),
        selection: Selection::variants(),
        init: || None,
        receive: Rc::new(show_latest),
    }
}

/// The latest event of one name; `None` before the first. Each event renders the component again.
///
/// The event's data is any [`Payload`]: JSON, also for an enum whose variant a field names, [`Text`](typed_eventsource::Text), or a
/// format that the app decodes. Events without a name are named `message`.
///
/// ```
/// use serde::Deserialize;
/// use typed_eventsource_yew::use_event;
/// use yew::prelude::*;
///
/// #[derive(Deserialize)]
/// #[serde(tag = "type", rename_all = "snake_case")]
/// enum Feed {
///     Price { symbol: String, price: f64 },
///     Halt { symbol: String },
/// }
///
/// #[component]
/// fn Ticker() -> Html {
///     let feed = use_event::<Feed>("/feed", "message");
///     match feed.data() {
///         Some(Feed::Price { symbol, price }) => html! { <p>{ symbol }{ " " }{ price }</p> },
///         Some(Feed::Halt { symbol }) => html! { <p>{ symbol }{ " is halted" }</p> },
///         None => html! { <p>{ feed.state().to_string() }</p> },
///     }
/// }
/// ```
pub fn use_event<T: Payload>(
    source: impl Into<EventSourceBuilder>,
    name: impl Into<Rc<str>>,
) -> impl Hook<Output = UseEventSourceHandle<Option<T>>> {
    UseEventSource {
        builder: source.into(),
        selection: Selection::named(name),
        init: || None,
        receive: Rc::new(show_latest),
    }
}

fn show_latest<E>(data: &mut Rc<Option<E>>, event: Event<E>) -> bool {
    *data = Rc::new(Some(event.data));
    true
}

/// Folds every event that `E`'s variants name into a value that starts as `init()`. No event is left out, however
/// many come between two renders. Each event is folded by the `fold` of the last render.
///
/// Another source resets the value to `init()`. Closing and opening the same source keeps the value. An event clones the value if
/// something still holds that of the last render.
///
/// ```
/// use serde::Deserialize;
/// use typed_eventsource::{EventSource, Policy};
/// use typed_eventsource_yew::use_event_source_fold;
/// use yew::prelude::*;
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "lowercase")]
/// enum Chat {
///     Message(String),
///     Joined(String),
/// }
///
/// #[derive(PartialEq, Properties)]
/// struct RoomProps {
///     id: u32,
/// }
///
/// #[component]
/// fn Room(RoomProps { id }: &RoomProps) -> Html {
///     let room = EventSource::builder(format!("/rooms/{id}")).policy(Policy::resilient());
///     let lines = use_event_source_fold(room, Vec::new, |lines, event| {
///         lines.push(match event.data {
///             Chat::Message(text) => text,
///             Chat::Joined(name) => format!("{name} is here"),
///         });
///     });
///     html! { <ol>{ for lines.data().iter().map(|line| html! { <li>{ line }</li> }) }</ol> }
/// }
/// ```
pub fn use_event_source_fold<E: EventEnum, T: Clone + 'static>(
    source: impl Into<EventSourceBuilder>,
    init: impl FnOnce() -> T,
    fold: impl Fn(&mut T, Event<E>) + 'static,
) -> impl Hook<Output = UseEventSourceHandle<T>> {
    UseEventSource {
        builder: source.into(),
        selection: Selection::variants(),
        init,
        receive: Rc::new(move |data, event| {
            fold(Rc::make_mut(data), event);
            true
        }),
    }
}

/// Calls the callback of the last render with each event that `E`'s variants name. The component renders again when the state
/// or the error changes, not when an event arrives.
///
/// ```
/// use serde::Deserialize;
/// use typed_eventsource_yew::use_event_source_callback;
/// use yew::prelude::*;
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "lowercase")]
/// enum Feed {
///     Alarm(String),
/// }
///
/// #[derive(PartialEq, Properties)]
/// struct BellProps {
///     on_alarm: Callback<String>,
/// }
///
/// #[component]
/// fn Bell(BellProps { on_alarm }: &BellProps) -> Html {
///     let on_alarm = on_alarm.clone();
///     let alarms = use_event_source_callback("/alarms", move |event| {
///         let Feed::Alarm(text) = event.data;
///         on_alarm.emit(text);
///     });
///     html! { <p role="status">{ alarms.state().to_string() }</p> }
/// }
/// ```
pub fn use_event_source_callback<E: EventEnum>(
    source: impl Into<EventSourceBuilder>,
    callback: impl Fn(Event<E>) + 'static,
) -> impl Hook<Output = UseEventSourceHandle> {
    UseEventSource {
        builder: source.into(),
        selection: Selection::variants(),
        init: || (),
        receive: Rc::new(move |_, event| {
            callback(event);
            false
        }),
    }
}

/// What one render asks for.
struct UseEventSource<E, T, I> {
    builder: EventSourceBuilder,
    selection: Selection<E>,
    init: I,
    receive: Rc<Receive<E, T>>,
}

impl<E, T, I> Hook for UseEventSource<E, T, I>
where
    E: 'static,
    T: 'static,
    I: FnOnce() -> T,
{
    type Output = UseEventSourceHandle<T>;

    fn run(self, context: &mut HookContext) -> Self::Output {
        let Self {
            builder,
            selection,
            init,
            receive,
        } = self;
        let re_render = use_force_update().run(context);
        let source = use_ref(|| {
            ComponentSource::new(
                builder.clone(),
                selection.clone(),
                Rc::clone(&receive),
                re_render,
            )
        });
        let source = source.run(context);
        source.ask_for(&builder, selection, receive);
        let mounted = Rc::clone(&source);
        let mount = use_effect_with(source.source_number(), move |_| {
            mounted.mount();
            move || mounted.unmount()
        });
        mount.run(context);
        let rendered = Rc::clone(&source);
        use_effect(move || rendered.rendered()).run(context);
        source.show(init)
    }
}
