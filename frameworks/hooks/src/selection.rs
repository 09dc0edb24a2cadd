//! The events that a component listens to.

use std::rc::Rc;

use typed_eventsource::{Error, Event, EventEnum, EventSource, Listener, Payload};

/// The events that a component listens to, and how their data is decoded. Two selections are equal if they select the same
/// names.
///
/// ```
/// use serde::Deserialize;
/// use typed_eventsource::Text;
/// use typed_eventsource_hooks::Selection;
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "lowercase")]
/// enum Feed {
///     Price(f64),
/// }
///
/// let feed = Selection::<Feed>::variants();
/// let lines = Selection::<Text>::named("line");
/// assert!(lines != Selection::named("row"));
/// ```
#[derive(Debug)]
pub struct Selection<E> {
    /// `None` for the events that the variants of an enum name.
    name: Option<Rc<str>>,
    listen: Listen<E>,
}

type Callback<E> = Box<dyn FnMut(Event<E>)>;
type Listen<E> = fn(&EventSource, &str, Callback<E>) -> Result<Listener, Error>;

impl<E: EventEnum> Selection<E> {
    /// The events that the variants of the enum `E` name, as
    /// [`EventSource::on_events`](typed_eventsource::EventSource::on_events) has them.
    pub fn variants() -> Self {
        Self {
            name: None,
            listen: |source, _, callback| source.on_events(callback),
        }
    }
}

impl<E: Payload> Selection<E> {
    /// The events of one name, as [`EventSource::on`](typed_eventsource::EventSource::on) has them. Events without a name are
    /// named `message`.
    pub fn named(name: impl Into<Rc<str>>) -> Self {
        Self {
            name: Some(name.into()),
            listen: |source, name, callback| source.on(name, callback),
        }
    }
}

impl<E> Selection<E> {
    pub(crate) fn listen(
        &self,
        source: &EventSource,
        callback: Callback<E>,
    ) -> Result<Listener, Error> {
        (self.listen)(source, self.name.as_deref().unwrap_or_default(), callback)
    }
}

impl<E> Clone for Selection<E> {
    fn clone(&self) -> Self {
        Self {
            name: self.name.clone(),
            listen: self.listen,
        }
    }
}

impl<E> PartialEq for Selection<E> {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
