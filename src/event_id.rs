//! The last event id of one event.

use std::{str, sync::Arc};

/// A last event id. A short one is kept in place: over `fetch` nearly each event has another one, and few are asked for it.
#[derive(Clone)]
pub(crate) enum EventId {
    Short { bytes: [u8; 22], length: u8 },
    Long(Arc<str>),
}

impl EventId {
    /// What is no UTF-8 is replaced.
    #[inline]
    pub(crate) fn new(id: &[u8]) -> Self {
        let mut bytes = [0; 22];
        match bytes.get_mut(..id.len()) {
            Some(place) if id.is_ascii() => {
                place.copy_from_slice(id);
                let length = id.len() as u8;
                Self::Short { bytes, length }
            }
            _ => Self::long(id),
        }
    }

    #[cold]
    fn long(id: &[u8]) -> Self {
        Self::Long(String::from_utf8_lossy(id).into())
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
                let id = letter.repeat(length);
                assert_eq!(EventId::new(id.as_bytes()).as_str(), id);
            }
        }
    }

    #[test]
    fn bytes_of_an_id_that_are_no_text_are_replaced() {
        assert_eq!(EventId::new(b"a\xFFb").as_str(), "a\u{FFFD}b");
    }
}
