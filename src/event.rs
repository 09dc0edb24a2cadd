//! One event, as a listener or a stream hands it over.

use std::{fmt, rc::Rc};

/// An event that the server sent, with its payload decoded to `T`.
///
/// It has what the DOM's `MessageEvent` has, as
/// [the HTML standard](https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage)
/// fills that in for an event stream. Cloning copies the payload and shares the rest.
///
/// Over the browser's own source, id and origin are read from its `MessageEvent` when they are asked for, so that an event
/// keeps that alive, its undecoded data included. To store many, store their `data`.
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
    provenance: Provenance,
}

/// Where an event came from. Cheap to clone.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(any(test, feature = "fetch")),
    allow(
        dead_code,
        reason = "the browser's own source tells it when somebody asks"
    )
)]
pub(crate) enum Provenance {
    Known {
        last_event_id: Rc<str>,
        /// The same for all events of one connection.
        origin: Rc<str>,
    },
    /// Found out when somebody asks.
    Asked(Rc<dyn AskProvenance>),
}

pub(crate) trait AskProvenance: fmt::Debug {
    fn last_event_id(&self) -> &str;
    /// As [`Provenance::position`].
    fn position(&self) -> &str;
    fn origin(&self) -> &str;
}

impl Provenance {
    pub(crate) fn last_event_id(&self) -> &str {
        match self {
            Self::Known { last_event_id, .. } => last_event_id,
            Self::Asked(message) => message.last_event_id(),
        }
    }

    /// Where a source goes on from after this event.
    pub(crate) fn position(&self) -> &str {
        match self {
            Self::Known { last_event_id, .. } => last_event_id,
            Self::Asked(message) => message.position(),
        }
    }

    fn origin(&self) -> &str {
        match self {
            Self::Known { origin, .. } => origin,
            Self::Asked(message) => message.origin(),
        }
    }
}

#[cfg(test)]
impl Default for Provenance {
    fn default() -> Self {
        Self::Known {
            last_event_id: Rc::default(),
            origin: Rc::default(),
        }
    }
}

impl<T> Event<T> {
    pub(crate) fn new(data: T, name: Rc<str>, provenance: Provenance) -> Self {
        Self {
            data,
            name,
            provenance,
        }
    }

    /// The event's name: what the server wrote in its `event` field, or `message` where it wrote none.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The last event id of the source when this event was dispatched: its own `id`, or that of the last event that
    /// had one. Empty where there was none yet.
    pub fn last_event_id(&self) -> &str {
        self.provenance.last_event_id()
    }

    /// The origin that the event came from, after redirects, such as `https://example.org`.
    pub fn origin(&self) -> &str {
        self.provenance.origin()
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
        Event::new(f(self.data), self.name, self.provenance)
    }

    pub(crate) fn shared_name(&self) -> &Rc<str> {
        &self.name
    }

    pub(crate) fn provenance(&self) -> &Provenance {
        &self.provenance
    }
}

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

/// An event as it arrived, its data undecoded; what a [`DecodeError`](crate::DecodeError) keeps.
///
/// ```
/// # use typed_eventsource::UndecodedEvent;
/// fn complaint(event: &UndecodedEvent) -> String {
///     format!("cannot read {} {}: {:?}", event.name(), event.last_event_id(), event.data)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndecodedEvent {
    /// The values of its `data` fields, joined by a line feed.
    pub data: String,
    name: String,
    last_event_id: String,
    origin: String,
}

impl UndecodedEvent {
    /// As [`Event::name`].
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As [`Event::last_event_id`].
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// As [`Event::origin`].
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
