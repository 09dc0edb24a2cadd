//! One event, as listeners and streams receive it.

use std::{any::Any, fmt, rc::Rc};

#[cfg(any(test, feature = "fetch", feature = "tabs", feature = "testing"))]
use crate::event_id::EventId;

/// An event that the server sent, with its payload decoded to `T`.
///
/// It has the fields of the DOM's `MessageEvent`, as [the HTML
/// standard](https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage) fills them in for an event
/// stream. Cloning copies the payload and shares the rest.
///
/// Over the browser's own source, id and origin are read from the `MessageEvent` on request, so an event keeps that
/// alive, with its undecoded data. To store many events, store their `data`.
///
/// ```
/// # use typed_eventsource::Event;
/// fn label(event: &Event<f64>) -> String {
///     format!("{} {:.2} (id {})", event.name(), event.data, event.last_event_id())
/// }
/// ```
#[derive(Clone)]
pub struct Event<T> {
    /// The payload.
    pub data: T,
    name: Rc<str>,
    meta: EventMeta,
}

/// What is known about an event besides its name and its data. It is cheap to clone.
#[derive(Clone)]
pub(crate) enum EventMeta {
    #[cfg(any(test, feature = "fetch", feature = "tabs", feature = "testing"))]
    Eager {
        last_event_id: EventId,
        /// The same for all events of one connection.
        origin: Rc<str>,
    },
    /// Read on request.
    Lazy(Rc<dyn LazyMeta>),
}

pub(crate) trait LazyMeta {
    fn last_event_id(&self) -> &str;
    fn origin(&self) -> &str;
    /// The event of the DOM. Of which type it is, the transport knows.
    fn dom_event(&self) -> &dyn Any;
}

impl EventMeta {
    pub(crate) fn last_event_id(&self) -> &str {
        match self {
            #[cfg(any(test, feature = "fetch", feature = "tabs", feature = "testing"))]
            Self::Eager { last_event_id, .. } => last_event_id.as_str(),
            Self::Lazy(meta) => meta.last_event_id(),
        }
    }

    fn origin(&self) -> &str {
        match self {
            #[cfg(any(test, feature = "fetch", feature = "tabs", feature = "testing"))]
            Self::Eager { origin, .. } => origin,
            Self::Lazy(meta) => meta.origin(),
        }
    }
}

#[cfg(feature = "tabs")]
impl EventMeta {
    pub(crate) fn new(last_event_id: &str, origin: &str) -> Self {
        Self::Eager {
            last_event_id: EventId::new(last_event_id.as_bytes(), || last_event_id.into()),
            origin: origin.into(),
        }
    }
}

impl EventMeta {
    /// The event of the DOM, if it is one.
    pub(crate) fn dom_event(&self) -> Option<&dyn Any> {
        match self {
            #[cfg(any(test, feature = "fetch", feature = "tabs", feature = "testing"))]
            Self::Eager { .. } => None,
            Self::Lazy(meta) => Some(meta.dom_event()),
        }
    }
}

impl fmt::Debug for EventMeta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventMeta")
            .field("last_event_id", &self.last_event_id())
            .field("origin", &self.origin())
            .finish()
    }
}

#[cfg(test)]
impl Default for EventMeta {
    fn default() -> Self {
        Self::Eager {
            last_event_id: EventId::new(b"", Default::default),
            origin: Rc::default(),
        }
    }
}

impl<T> Event<T> {
    pub(crate) fn new(data: T, name: Rc<str>, meta: EventMeta) -> Self {
        Self { data, name, meta }
    }

    /// The event's name: the value of its `event` field, or `message` if it has none.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The last event id of the source when this event was dispatched: its own `id`, or that of the last event that had
    /// one. Empty if there was none yet.
    pub fn last_event_id(&self) -> &str {
        self.meta.last_event_id()
    }

    /// The origin that the event came from, after redirects, such as `https://example.org`.
    pub fn origin(&self) -> &str {
        self.meta.origin()
    }

    /// The same event with another payload.
    ///
    /// ```
    /// # use typed_eventsource::Event;
    /// fn in_cents(event: Event<f64>) -> Event<i64> {
    ///     event.map(|price| (price * 100.0).round() as i64)
    /// }
    /// ```
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Event<U> {
        Event::new(f(self.data), self.name, self.meta)
    }

    pub(crate) fn shared_name(&self) -> &Rc<str> {
        &self.name
    }

    pub(crate) fn meta(&self) -> &EventMeta {
        &self.meta
    }
}

/// Two events are equal where all that they tell is.
impl<T: PartialEq> PartialEq for Event<T> {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
            && self.name == other.name
            && self.last_event_id() == other.last_event_id()
            && self.origin() == other.origin()
    }
}

impl<T: Eq> Eq for Event<T> {}

impl<T: fmt::Debug> fmt::Debug for Event<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("name", &self.name())
            .field("data", &self.data)
            .field("last_event_id", &self.last_event_id())
            .field("origin", &self.origin())
            .finish()
    }
}

/// An event as it arrived, with its data undecoded. A [`DecodeError`](crate::DecodeError) keeps one.
///
/// ```
/// # use typed_eventsource::UndecodedEvent;
/// fn complaint(event: &UndecodedEvent) -> String {
///     format!("cannot read {} {}: {:?}", event.name(), event.last_event_id(), event.data)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndecodedEvent {
    /// The values of its `data` fields, joined by line feeds.
    pub data: String,
    name: String,
    last_event_id: String,
    origin: String,
}

impl UndecodedEvent {
    /// See [`Event::name`].
    pub fn name(&self) -> &str {
        &self.name
    }

    /// See [`Event::last_event_id`].
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// See [`Event::origin`].
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl From<&Event<&str>> for UndecodedEvent {
    fn from(event: &Event<&str>) -> Self {
        Self {
            data: event.data.to_owned(),
            name: event.name().to_owned(),
            last_event_id: event.last_event_id().to_owned(),
            origin: event.origin().to_owned(),
        }
    }
}
