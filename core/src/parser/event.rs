//! An event that was parsed, and the last event id, which outlives it.

use alloc::{borrow::Cow, string::String, sync::Arc, vec::Vec};
use core::{cell::OnceCell, marker::PhantomData, mem, str};

use super::{
    held::clear,
    lines::{Field, LineSearch, field_of, split_line},
};

/// An event that was dispatched. Nothing is decoded, joined or copied before it is asked for.
#[derive(Debug)]
pub struct ParsedEvent<'a, S> {
    pub(super) name: &'a [u8],
    pub(super) data: Data<'a>,
    /// The data of chunks before, and room to join all of it.
    pub(super) joined: &'a mut Vec<u8>,
    pub(super) id: Option<&'a [u8]>,
    pub(super) last_event_id: &'a LastEventId,
    pub(super) search: PhantomData<S>,
}

impl<'a, S: LineSearch> ParsedEvent<'a, S> {
    /// Whether [`name`](Self::name) is this one, in UTF-8.
    pub fn is_named(&self, name: &[u8]) -> bool {
        let bytes = self.name_or_default();
        bytes == name || (!bytes.is_ascii() && is_decoded(name, bytes))
    }

    /// The name of the event as it came, not decoded.
    pub fn name_bytes(&self) -> &'a [u8] {
        self.name_or_default()
    }

    /// What the server has named the event, or `message`.
    pub fn name(&self) -> Cow<'a, str> {
        decode(self.name_or_default())
    }

    /// The values of the event's `data` fields, joined by a line feed. One line within a chunk is that slice of it.
    pub fn into_data(self) -> Cow<'a, str> {
        decode(self.into_data_bytes())
    }

    /// The same as it came, not decoded.
    pub fn into_data_bytes(mut self) -> &'a [u8] {
        match self.data_in_chunk() {
            Some(value) => value,
            None => {
                self.join_data();
                without_last_line_feed(self.joined)
            }
        }
    }

    /// The same, before it is taken.
    pub fn data_bytes(&mut self) -> &[u8] {
        match self.data_in_chunk() {
            Some(value) => value,
            None => {
                self.join_data();
                without_last_line_feed(self.joined)
            }
        }
    }

    /// Not inlined, since most events have one line, in one chunk.
    #[inline(never)]
    fn join_data(&mut self) {
        mem::take(&mut self.data).append_to::<S>(self.joined);
    }

    /// The event's data, where that is a slice of the chunk as it stands: one line. Not decoded, as
    /// [`into_data`](Self::into_data) does.
    pub fn data_in_chunk(&self) -> Option<&'a [u8]> {
        match self.data {
            Data::Line { value, .. } if self.joined.is_empty() => Some(value),
            _ => None,
        }
    }

    /// The last event id of the stream as this event was dispatched. The same string until an `id` has changed it.
    pub fn last_event_id(&self) -> &'a Arc<str> {
        self.last_event_id.text()
    }

    /// Whether the event has its own `id` field.
    pub fn has_own_id(&self) -> bool {
        self.last_event_id.is_set()
    }

    /// The value of the event's own `id` field, where that lies in the chunk: those bytes of it.
    pub fn id_in_chunk(&self) -> Option<&'a [u8]> {
        self.id
    }

    /// How many times an `id` has changed the last event id of the stream.
    pub fn id_changes(&self) -> usize {
        self.last_event_id.changes()
    }

    fn name_or_default(&self) -> &'a [u8] {
        name_or_default(self.name)
    }
}

/// What of an event had arrived when its stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnfinishedEvent<'a> {
    name: &'a [u8],
    data: &'a [u8],
}

impl<'a> UnfinishedEvent<'a> {
    pub(super) fn new(name: &'a [u8], data: &'a [u8]) -> Self {
        Self {
            name,
            data: without_last_line_feed(data),
        }
    }

    /// What the server had named it, or `message`.
    pub fn name(&self) -> Cow<'a, str> {
        decode(self.name_bytes())
    }

    /// The same as it came, not decoded.
    pub fn name_bytes(&self) -> &'a [u8] {
        name_or_default(self.name)
    }

    /// What of its data had arrived.
    pub fn data(&self) -> Cow<'a, str> {
        decode(self.data)
    }

    /// The same as it came, not decoded.
    pub fn data_bytes(&self) -> &'a [u8] {
        self.data
    }
}

/// What of an event lies in the chunk at hand.
#[derive(Debug, Default)]
pub(super) struct Fields<'a> {
    pub(super) name: Option<&'a [u8]>,
    pub(super) data: Data<'a>,
    pub(super) id: Option<&'a [u8]>,
}

/// The data that lies in the chunk at hand. Of many lines only the first is remembered, since the server may send as
/// many as it likes; they are read again when they are asked for.
#[derive(Clone, Copy, Debug, Default)]
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
    #[inline]
    pub(super) fn add(&mut self, value: &'a [u8], from: &'a [u8]) {
        *self = match *self {
            Self::None => Self::Line { value, from },
            Self::Line { from, .. } | Self::Lines { from } => Self::Lines { from },
        };
    }

    /// The same in a chunk that ends before `rest`, with the event.
    #[inline]
    pub(super) fn until(self, rest: &[u8]) -> Self {
        match self {
            Self::Lines { from } => Self::Lines {
                from: &from[..from.len() - rest.len()],
            },
            other => other,
        }
    }

    #[inline]
    pub(super) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Appends each line, and a line feed to it.
    pub(super) fn append_to<S: LineSearch>(self, buffer: &mut Vec<u8>) {
        match self {
            Self::None => {}
            Self::Line { value, .. } => append_line(value, buffer),
            Self::Lines { from: mut rest } => {
                while let Some((line, next)) = split_line::<S>(rest) {
                    if let (Field::Data, value) = field_of(line) {
                        append_line(&line[value..], buffer);
                    }
                    rest = next;
                }
            }
        }
    }
}

fn name_or_default(name: &[u8]) -> &[u8] {
    if name.is_empty() { b"message" } else { name }
}

fn without_last_line_feed(data: &[u8]) -> &[u8] {
    data.strip_suffix(b"\n").unwrap_or(data)
}

fn append_line(value: &[u8], buffer: &mut Vec<u8>) {
    buffer.extend_from_slice(value);
    buffer.push(b'\n');
}

/// Whether a text is what [`decode`] makes of `bytes`, of which nothing is copied.
#[inline(never)]
fn is_decoded(mut text: &[u8], mut bytes: &[u8]) -> bool {
    while let Err(error) = str::from_utf8(bytes) {
        let (valid, invalid) = bytes.split_at(error.valid_up_to());
        let rest = text.strip_prefix(valid);
        let Some(rest) = rest.and_then(|rest| rest.strip_prefix("\u{FFFD}".as_bytes())) else {
            return false;
        };
        text = rest;
        bytes = &invalid[error.error_len().unwrap_or(invalid.len())..];
    }
    text == bytes
}

/// As the Encoding standard decodes UTF-8. Asking first whether it is valid is much the faster way where it is.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// The standard's *last event ID string* and *last event ID buffer*.
#[derive(Debug)]
pub(super) struct LastEventId {
    bytes: Vec<u8>,
    /// The same as a string, once somebody has asked for it.
    text: OnceCell<Arc<str>>,
    /// What the string becomes at the next blank line, where `buffered`.
    buffer: Vec<u8>,
    buffered: bool,
    /// Whether the block that has ended last had an `id` field.
    is_set: bool,
    changes: usize,
}

impl LastEventId {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            text: OnceCell::new(),
            buffer: Vec::new(),
            buffered: false,
            is_set: false,
            changes: 0,
        }
    }

    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn text(&self) -> &Arc<str> {
        self.text
            .get_or_init(|| String::from_utf8_lossy(&self.bytes).into())
    }

    /// An `id` field was read.
    #[inline]
    pub(super) fn set_buffer(&mut self, id: &[u8]) {
        clear(&mut self.buffer);
        self.buffer.extend_from_slice(id);
        self.buffered = true;
    }

    /// A blank line was read.
    #[inline]
    pub(super) fn commit(&mut self) {
        self.is_set = mem::take(&mut self.buffered);
        if self.is_set && self.buffer != self.bytes {
            mem::swap(&mut self.buffer, &mut self.bytes);
            self.text.take();
            self.changes = self.changes.wrapping_add(1);
            clear(&mut self.buffer);
        }
    }

    /// Whether the block that has ended last had an `id` field, be it the same as before.
    #[inline]
    pub(super) fn is_set(&self) -> bool {
        self.is_set
    }

    /// How many times it has changed.
    #[inline]
    pub(super) fn changes(&self) -> usize {
        self.changes
    }

    /// No blank line is to come.
    pub(super) fn drop_buffer(&mut self) {
        self.buffer = Vec::new();
        self.buffered = false;
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity() + self.buffer.capacity()
    }
}
