//! A parsed event, and the last event id, which outlives it.

use alloc::{borrow::Cow, string::String, sync::Arc, vec::Vec};
use core::{cell::OnceCell, marker::PhantomData, mem, str};

use super::{
    held::clear_and_shrink,
    lines::{Field, LineSearch, field_of, split_line},
};

/// A dispatched event. Nothing is decoded, joined or copied until a method asks for it.
#[derive(Debug)]
pub struct ParsedEvent<'a, S> {
    pub(super) name: &'a [u8],
    pub(super) data: Data<'a>,
    /// The data from earlier chunks. `into_data` appends that of this chunk.
    pub(super) data_buffer: &'a mut Vec<u8>,
    pub(super) id: Option<&'a [u8]>,
    pub(super) last_event_id: &'a LastEventId,
    pub(super) search: PhantomData<S>,
}

impl<'a, S: LineSearch> ParsedEvent<'a, S> {
    /// Whether the event has this [`name`](Self::name), given as UTF-8.
    pub fn is_named(&self, name: &[u8]) -> bool {
        let bytes = self.name_or_default();
        bytes == name || (!bytes.is_ascii() && decodes_to(bytes, name))
    }

    /// The name of the event before UTF-8 decoding, or `message`.
    pub fn name_bytes(&self) -> &'a [u8] {
        self.name_or_default()
    }

    /// The name that the server gave the event, or `message`.
    pub fn name(&self) -> Cow<'a, str> {
        decode(self.name_or_default())
    }

    /// The values of the event's `data` fields, joined by line feeds. If there is one line, and it lies in
    /// the chunk, this is a slice of the chunk.
    pub fn into_data(self) -> Cow<'a, str> {
        decode(self.into_data_bytes())
    }

    /// The event's data before UTF-8 decoding, its lines joined by line feeds.
    pub fn into_data_bytes(mut self) -> &'a [u8] {
        match self.data_in_chunk() {
            Some(value) => value,
            None => {
                self.join_data();
                without_last_line_feed(self.data_buffer)
            }
        }
    }

    /// The same as [`into_data_bytes`](Self::into_data_bytes), but the event can still be used.
    pub fn data_bytes(&mut self) -> &[u8] {
        match self.data_in_chunk() {
            Some(value) => value,
            None => {
                self.join_data();
                without_last_line_feed(self.data_buffer)
            }
        }
    }

    /// Not inlined, since most events have one line, in one chunk.
    #[inline(never)]
    fn join_data(&mut self) {
        mem::take(&mut self.data).append_to::<S>(self.data_buffer);
    }

    /// The event's data before UTF-8 decoding, as a slice of the chunk. There is none if the data is more than one line, or
    /// if a part of it was in an earlier chunk.
    pub fn data_in_chunk(&self) -> Option<&'a [u8]> {
        match self.data {
            Data::Line { value, .. } if self.data_buffer.is_empty() => Some(value),
            _ => None,
        }
    }

    /// The last event id of the stream when this event was dispatched. It is the same `Arc` until an `id` changes it.
    pub fn last_event_id(&self) -> &'a Arc<str> {
        self.last_event_id.text()
    }

    /// The last event id before UTF-8 decoding.
    pub fn last_event_id_bytes(&self) -> &'a [u8] {
        self.last_event_id.bytes()
    }

    /// Whether the event has its own `id` field.
    pub fn has_own_id(&self) -> bool {
        self.last_event_id.in_last_block()
    }

    /// The value of the event's own `id` field if it lies in the chunk, as a slice of it.
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

/// The part of an event that had arrived when its stream ended.
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

    /// The name that the server gave the event, or `message`.
    pub fn name(&self) -> Cow<'a, str> {
        decode(self.name_bytes())
    }

    /// The name before UTF-8 decoding.
    pub fn name_bytes(&self) -> &'a [u8] {
        name_or_default(self.name)
    }

    /// The part of the data that had arrived.
    pub fn data(&self) -> Cow<'a, str> {
        decode(self.data)
    }

    /// The same part before UTF-8 decoding.
    pub fn data_bytes(&self) -> &'a [u8] {
        self.data
    }
}

/// The parts of an event that lie in the current chunk.
#[derive(Debug, Default)]
pub(super) struct Fields<'a> {
    pub(super) name: Option<&'a [u8]>,
    pub(super) data: Data<'a>,
    pub(super) id: Option<&'a [u8]>,
}

/// The data that lies in the current chunk. If there are several lines, this keeps only where the first of them starts, since a
/// server may send any number of them. The lines are read again when the data is asked for.
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
        /// The chunk from the first line on.
        from: &'a [u8],
    },
}

impl<'a> Data<'a> {
    /// Adds the value of a `data` line. `from` is the chunk from that line on.
    #[inline]
    pub(super) fn add(&mut self, value: &'a [u8], from: &'a [u8]) {
        *self = match *self {
            Self::None => Self::Line { value, from },
            Self::Line { from, .. } | Self::Lines { from } => Self::Lines { from },
        };
    }

    /// Cuts off the `rest` of the chunk, which follows the event.
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

    /// Appends each line, followed by a line feed.
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

/// Whether [`decode`] turns `bytes` into this text. Nothing is copied.
#[inline(never)]
fn decodes_to(mut bytes: &[u8], mut text: &[u8]) -> bool {
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

/// Decodes UTF-8 as the Encoding standard does. Valid bytes are decoded much faster if they are checked first.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// The standard's *last event ID string* and *last event ID buffer*.
#[derive(Debug)]
pub(super) struct LastEventId {
    current: Vec<u8>,
    /// The current id as a string, made on the first request.
    text: OnceCell<Arc<str>>,
    /// The id that takes effect at the next blank line, if `buffered`.
    buffer: Vec<u8>,
    buffered: bool,
    /// Whether the last block had an `id` field.
    in_last_block: bool,
    changes: usize,
}

impl LastEventId {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self {
            current: bytes,
            text: OnceCell::new(),
            buffer: Vec::new(),
            buffered: false,
            in_last_block: false,
            changes: 0,
        }
    }

    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.current
    }

    pub(super) fn text(&self) -> &Arc<str> {
        self.text
            .get_or_init(|| String::from_utf8_lossy(&self.current).into())
    }

    /// Buffers the value of an `id` field.
    #[inline]
    pub(super) fn set_buffer(&mut self, id: &[u8]) {
        clear_and_shrink(&mut self.buffer);
        self.buffer.extend_from_slice(id);
        self.buffered = true;
    }

    /// Applies the buffered id, at a blank line.
    #[inline]
    pub(super) fn commit(&mut self) {
        self.in_last_block = mem::take(&mut self.buffered);
        if self.in_last_block && self.buffer != self.current {
            mem::swap(&mut self.buffer, &mut self.current);
            self.note_change();
        }
    }

    /// Applies the last `id` field of a block, at the blank line, in place of a buffered one.
    #[inline]
    pub(super) fn set(&mut self, id: &[u8]) {
        self.buffered = false;
        self.in_last_block = true;
        if id != self.current {
            clear_and_shrink(&mut self.current);
            self.current.extend_from_slice(id);
            self.note_change();
        }
    }

    #[inline]
    fn note_change(&mut self) {
        self.text.take();
        self.changes = self.changes.wrapping_add(1);
        clear_and_shrink(&mut self.buffer);
    }

    /// Whether an id waits for the blank line at which it takes effect.
    pub(super) fn is_buffered(&self) -> bool {
        self.buffered
    }

    /// Whether the last block had an `id` field, even one that changed nothing.
    #[inline]
    pub(super) fn in_last_block(&self) -> bool {
        self.in_last_block
    }

    /// How many times the id has changed.
    #[inline]
    pub(super) fn changes(&self) -> usize {
        self.changes
    }

    /// Forgets the buffered id, since no blank line will come.
    pub(super) fn drop_buffer(&mut self) {
        self.buffer = Vec::new();
        self.buffered = false;
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.current.capacity() + self.buffer.capacity()
    }
}
