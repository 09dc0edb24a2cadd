//! The id, which outlives its event.

use alloc::{rc::Rc, string::String, vec::Vec};
use core::{cell::OnceCell, mem};

use super::held::clear;

/// The standard's *last event ID string* and *last event ID buffer*.
#[derive(Debug)]
pub(super) struct LastEventId {
    bytes: Vec<u8>,
    /// The same as a string, once somebody has asked for it.
    text: OnceCell<Rc<str>>,
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

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn text(&self) -> &Rc<str> {
        self.text
            .get_or_init(|| String::from_utf8_lossy(&self.bytes).into())
    }

    /// An `id` field was read.
    pub(super) fn set_buffer(&mut self, id: &[u8]) {
        clear(&mut self.buffer);
        self.buffer.extend_from_slice(id);
        self.buffered = true;
    }

    /// A blank line was read.
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
    pub(super) fn is_set(&self) -> bool {
        self.is_set
    }

    /// How many times it has changed.
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
