//! The error for data that is not what its listener asked for.

use std::{error::Error as StdError, fmt, sync::Arc};

use crate::{Event, UndecodedEvent};

/// The data of an event could not be decoded.
///
/// It keeps the event as it arrived and the decoder's error. `source()` returns that error, for `downcast_ref`:
///
/// ```
/// # use typed_eventsource::DecodeError;
/// use std::error::Error;
///
/// fn line_of_the_fault(error: &DecodeError) -> Option<usize> {
///     Some(error.source()?.downcast_ref::<serde_json::Error>()?.line())
/// }
/// ```
///
/// Two are equal if they are the same failure: an error and its clones.
#[derive(Clone)]
pub struct DecodeError(Arc<Undecoded>);

struct Undecoded {
    event: UndecodedEvent,
    type_name: &'static str,
    source: Box<dyn StdError + Send + Sync>,
}

impl DecodeError {
    pub(crate) fn new<T>(
        event: &Event<&str>,
        source: impl StdError + Send + Sync + 'static,
    ) -> Self {
        Self::of(event, std::any::type_name::<T>(), Box::new(source))
    }

    /// Compiled once for all types of payload.
    fn of(
        event: &Event<&str>,
        type_name: &'static str,
        source: Box<dyn StdError + Send + Sync>,
    ) -> Self {
        Self(Arc::new(Undecoded {
            event: event.into(),
            type_name,
            source,
        }))
    }

    /// The event as it arrived.
    pub fn event(&self) -> &UndecodedEvent {
        &self.0.event
    }

    /// The type that the data should have had.
    pub fn type_name(&self) -> &'static str {
        self.0.type_name
    }
}

impl PartialEq for DecodeError {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for DecodeError {}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event = self.event();
        write!(f, "the data of event {:?}", event.name())?;
        if !event.last_event_id().is_empty() {
            write!(f, " (id {:?})", event.last_event_id())?;
        }
        write!(f, " does not decode as {}", self.type_name())
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeError")
            .field("event", &self.0.event)
            .field("type_name", &self.0.type_name)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for DecodeError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0.source)
    }
}
