//! One event, and what of it lies in the chunk at hand.

use alloc::{borrow::Cow, rc::Rc, string::String, vec::Vec};
use core::str;

use super::{field::Line, last_event_id::LastEventId, lines::split_line};

/// An event that was dispatched. Nothing is decoded, joined or copied before it is asked for.
pub(crate) struct Frame<'a> {
    pub(super) name: &'a [u8],
    pub(super) data: Data<'a>,
    /// The data of chunks before, and room to join all of it.
    pub(super) joined: &'a mut Vec<u8>,
    pub(super) id: Option<&'a [u8]>,
    pub(super) last_event_id: &'a LastEventId,
}

impl<'a> Frame<'a> {
    /// Whether [`name`](Self::name) is this one, in UTF-8.
    pub(crate) fn is_named(&self, name: &[u8]) -> bool {
        let bytes = self.name_or_default();
        bytes == name || (!bytes.is_ascii() && is_decoded(name, bytes))
    }

    /// What the server has named the event, or `message`.
    #[allow(dead_code, reason = "for tests, which hear events of every name")]
    pub(crate) fn name(&self) -> Cow<'a, str> {
        decode(self.name_or_default())
    }

    /// The values of the event's `data` fields, joined by a line feed. One line within a chunk is that slice of it.
    pub(crate) fn into_data(self) -> Cow<'a, str> {
        decode(self.into_data_bytes())
    }

    /// The same as it came, not decoded.
    pub(crate) fn into_data_bytes(self) -> &'a [u8] {
        match self.data {
            Data::Line { value, .. } if self.joined.is_empty() => value,
            _ => {
                self.data.append_to(self.joined);
                self.joined.strip_suffix(b"\n").unwrap_or(self.joined)
            }
        }
    }

    /// The event's data, where that is a slice of the chunk as it stands: one line. Not decoded, as
    /// [`into_data`](Self::into_data) does.
    #[allow(dead_code, reason = "for JavaScript, which decodes the chunk at once")]
    pub(crate) fn data_in_chunk(&self) -> Option<&'a [u8]> {
        match self.data {
            Data::Line { value, .. } if self.joined.is_empty() => Some(value),
            _ => None,
        }
    }

    /// The last event id of the stream as this event was dispatched. The same string until an `id` has changed it.
    pub(crate) fn last_event_id(&self) -> &'a Rc<str> {
        self.last_event_id.text()
    }

    /// Whether the event has an `id` field of its own.
    pub(crate) fn has_own_id(&self) -> bool {
        self.last_event_id.is_set()
    }

    /// The value of the event's own `id` field, where that lies in the chunk: those bytes of it.
    #[allow(
        dead_code,
        reason = "for JavaScript, to which a slice of the chunk is cheaper than a string"
    )]
    pub(crate) fn id_in_chunk(&self) -> Option<&'a [u8]> {
        self.id
    }

    /// How many times an `id` has changed the last event id of the stream.
    #[allow(
        dead_code,
        reason = "for JavaScript, which keeps the id as a string of its own"
    )]
    pub(crate) fn id_changes(&self) -> usize {
        self.last_event_id.changes()
    }

    fn name_or_default(&self) -> &'a [u8] {
        if self.name.is_empty() {
            b"message"
        } else {
            self.name
        }
    }
}

/// What of an event lies in the chunk at hand.
#[derive(Default)]
pub(super) struct Fields<'a> {
    pub(super) name: Option<&'a [u8]>,
    pub(super) data: Data<'a>,
    pub(super) id: Option<&'a [u8]>,
}

/// The data that lies in the chunk at hand. Of many lines only the first is remembered, since the server may send as
/// many as it likes; whoever asks for them reads them again.
#[derive(Clone, Copy, Default)]
pub(super) enum Data<'a> {
    #[default]
    None,
    Line {
        value: &'a [u8],
        /// The chunk from this line on.
        from: &'a [u8],
    },
    Lines {
        /// The chunk from the first of them on.
        from: &'a [u8],
    },
}

impl<'a> Data<'a> {
    /// Adds one line, with which `from` begins.
    pub(super) fn add(&mut self, value: &'a [u8], from: &'a [u8]) {
        *self = match *self {
            Self::None => Self::Line { value, from },
            Self::Line { from, .. } | Self::Lines { from } => Self::Lines { from },
        };
    }

    /// The same in a chunk that ends before `rest`, with the event.
    pub(super) fn until(self, rest: &[u8]) -> Self {
        match self {
            Self::Lines { from } => Self::Lines {
                from: &from[..from.len() - rest.len()],
            },
            other => other,
        }
    }

    pub(super) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Appends each line, and a line feed to it.
    pub(super) fn append_to(self, buffer: &mut Vec<u8>) {
        match self {
            Self::None => {}
            Self::Line { value, .. } => append_line(value, buffer),
            Self::Lines { from: mut rest } => {
                while let Some((line, next)) = split_line(rest) {
                    if let Line::Data(value) = Line::of(line) {
                        append_line(value, buffer);
                    }
                    rest = next;
                }
            }
        }
    }
}

fn append_line(value: &[u8], buffer: &mut Vec<u8>) {
    buffer.extend_from_slice(value);
    buffer.push(b'\n');
}

/// Whether a text is what [`decode`] makes of `bytes`, of which nothing is copied.
fn is_decoded(mut text: &[u8], bytes: &[u8]) -> bool {
    for chunk in bytes.utf8_chunks() {
        let replacement = if chunk.invalid().is_empty() {
            ""
        } else {
            "\u{FFFD}"
        };
        for part in [chunk.valid(), replacement] {
            let Some(rest) = text.strip_prefix(part.as_bytes()) else {
                return false;
            };
            text = rest;
        }
    }
    text.is_empty()
}

/// As the Encoding standard decodes UTF-8. Asking first whether it is valid is much the faster way where it is.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}
