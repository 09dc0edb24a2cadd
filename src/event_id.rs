//! The last event id of one event.

use std::{str, sync::Arc};

/// A last event id. A short one is kept in place: over `fetch` nearly each event has another one, and few are asked for it.
#[derive(Clone)]
pub(crate) enum EventId {
    Short { bytes: [u8; 22], length: u8 },
    Long(Arc<str>),
}

impl EventId {
    /// The id that has these bytes. A long one is `text`, which all events that have it share.
    #[inline]
    pub(crate) fn new(id: &[u8], text: impl FnOnce() -> Arc<str>) -> Self {
        let mut bytes = [0; 22];
        match bytes.get_mut(..id.len()) {
            Some(place) if id.is_ascii() => {
                place.copy_from_slice(id);
                let length = id.len() as u8;
                Self::Short { bytes, length }
            }
            _ => Self::Long(text()),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Short { bytes, length } => {
                str::from_utf8(&bytes[..usize::from(*length)]).unwrap_or_default()
            }
            Self::Long(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_any_length_and_any_letters_is_kept() {
        for length in [0, 1, 21, 22, 23, 1000] {
            for letter in ["7", "é", "🦀"] {
                let id: Arc<str> = letter.repeat(length).into();
                assert_eq!(
                    EventId::new(id.as_bytes(), || Arc::clone(&id)).as_str(),
                    &*id
                );
            }
        }
    }

    #[test]
    fn events_share_a_long_id() {
        let id: Arc<str> = "7".repeat(23).into();
        let ids = [(); 2].map(|()| EventId::new(id.as_bytes(), || Arc::clone(&id)));
        assert_eq!(Arc::strong_count(&id), 1 + ids.len());
    }
}
