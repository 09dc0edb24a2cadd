//! An enum as a subscription: the names of its variants, and the decoding of a variant from a name and data.

#[cfg(any(feature = "json", feature = "js"))]
mod content;
mod payload;
mod probe;
#[cfg(all(test, feature = "json"))]
mod tests;

pub use payload::payload;
use serde_core::de::DeserializeOwned;

use crate::{DecodeError, Error, Event};
#[cfg(feature = "js")]
use crate::{Js, JsonError};

/// An enum whose variants are named as events are, for [`EventSource::events`](crate::EventSource::events).
///
/// Every enum that serde can deserialize is one (feature `json`), with serde's default tagging. For an enum `E` the browser parses
/// the JSON if [`Js<E>`](crate::Js) is subscribed to (feature `js`).
///
/// ```
/// # use typed_eventsource::{EventEnum, EventSource, Error, EventStream};
/// fn newest<E: EventEnum>(path: &str) -> Result<EventStream<E>, Error> {
///     EventSource::open(path)?.events()
/// }
/// ```
pub trait EventEnum: sealed::Variants {}

impl<E: sealed::Variants> EventEnum for E {}

mod sealed {
    use super::{DecodeError, Error, Event};

    pub trait Variants: Sized + 'static {
        /// The names of the variants, as serde knows them: after `rename` and `rename_all`, without those that are skipped.
        fn names() -> Result<&'static [&'static str], Error>;

        /// Whether there is a variant for all other names, with serde's `other`.
        fn has_catch_all() -> bool;

        /// The variant that the event is named after, from JSON in its data. A unit variant ignores the data.
        fn decode(event: &Event<&str>) -> Result<Self, DecodeError>;
    }
}

pub(crate) use sealed::Variants;

/// No event has this name.
#[cfg(any(feature = "json", feature = "js"))]
const UNKNOWN: &str = "\n";

#[cfg(feature = "json")]
impl<E: DeserializeOwned + 'static> Variants for E {
    fn names() -> Result<&'static [&'static str], Error> {
        probe::names::<E>()
    }

    fn has_catch_all() -> bool {
        E::deserialize(content::Variant {
            name: UNKNOWN,
            content: content::Json(""),
        })
        .is_ok()
    }

    fn decode(event: &Event<&str>) -> Result<Self, DecodeError> {
        E::deserialize(content::Variant {
            name: event.name(),
            content: content::Json(event.data),
        })
        .map_err(|source| DecodeError::new::<E>(event, source))
    }
}

/// Without the feature `json`, a crate that decodes these enums does not compile: see [`Payload`](crate::Payload).
#[cfg(not(feature = "json"))]
impl<E: DeserializeOwned + 'static> Variants for E {
    fn names() -> Result<&'static [&'static str], Error> {
        probe::names::<E>()
    }

    fn has_catch_all() -> bool {
        false
    }

    fn decode(event: &Event<&str>) -> Result<Self, DecodeError> {
        crate::payload::decode(event)
    }
}

#[cfg(feature = "js")]
impl<E: DeserializeOwned + 'static> Variants for Js<E> {
    fn names() -> Result<&'static [&'static str], Error> {
        probe::names::<E>()
    }

    fn has_catch_all() -> bool {
        E::deserialize(content::Variant {
            name: UNKNOWN,
            content: content::BrowserJson(""),
        })
        .is_ok()
    }

    fn decode(event: &Event<&str>) -> Result<Self, DecodeError> {
        E::deserialize(content::Variant {
            name: event.name(),
            content: content::BrowserJson(event.data),
        })
        .map(Js)
        .map_err(|source| DecodeError::new::<E>(event, JsonError::from(source)))
    }
}
