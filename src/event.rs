//! One event, as a listener or a stream hands it over.

use std::sync::Arc;

/// An event that the server sent, with its payload decoded to `T`.
///
/// The fields are those of the DOM's `MessageEvent`, as
/// [the HTML standard](https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage)
/// fills them in for an event stream. Cloning copies the payload and shares the rest.
///
/// ```
/// # use typed_eventsource::Event;
/// fn label(event: &Event<f64>) -> String {
///     format!("{} {:.2} (id {})", event.name(), event.data, event.last_event_id())
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event<T> {
    /// The payload.
    pub data: T,
    name: Arc<str>,
    last_event_id: Arc<str>,
    origin: Arc<str>,
}

impl<T> Event<T> {
    pub(crate) fn new(data: T, name: Arc<str>, last_event_id: Arc<str>, origin: Arc<str>) -> Self {
        Self {
            data,
            name,
            last_event_id,
            origin,
        }
    }

    /// The event's name: what the server wrote in its `event` field, or `message` where it wrote none.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The last event id of the source when this event was dispatched: its own `id`, or that of the last event that
    /// had one. Empty where there was none yet.
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// The origin that the event came from, after redirects, such as `https://example.org`.
    pub fn origin(&self) -> &str {
        &self.origin
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
        Event::new(f(self.data), self.name, self.last_event_id, self.origin)
    }

    /// The same event with another payload, made from a reference to this one.
    pub(crate) fn with_data<U>(&self, data: U) -> Event<U> {
        Event::new(
            data,
            Arc::clone(&self.name),
            Arc::clone(&self.last_event_id),
            Arc::clone(&self.origin),
        )
    }
}
