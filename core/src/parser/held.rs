//! What outlives a chunk: the parts of an event that earlier chunks have brought, and its size so far.

use alloc::vec::Vec;
use core::mem;

/// A buffer that one large event has made larger than this does not stay so.
const KEPT_CAPACITY: usize = 64 * 1024;

/// What chunks that are gone have left of the event that is being read, and of its last line.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// The standard's *event type buffer*.
    name: Vec<u8>,
    /// The standard's *data buffer*, a line feed after each line. The unfinished line grows behind it, so that a value
    /// need not be copied to become data, however long it is.
    data_and_line: Vec<u8>,
    data_len: usize,
    /// The unfinished line is a comment, none of which is kept.
    comment: bool,
}

impl Held {
    pub(super) fn line(&self) -> &[u8] {
        &self.data_and_line[self.data_len..]
    }

    /// Whether a line is unfinished.
    #[inline]
    pub(super) fn has_line(&self) -> bool {
        self.comment || self.data_and_line.len() > self.data_len
    }

    /// Takes in a part of a comment, which is to forget it; `false` where the line is none.
    pub(super) fn take_as_comment(&mut self, part: &[u8]) -> bool {
        self.comment |= !self.has_line() && part.starts_with(b":");
        self.comment
    }

    /// The unfinished line is at its end: whether it was a comment.
    pub(super) fn end_comment(&mut self) -> bool {
        mem::take(&mut self.comment)
    }

    pub(super) fn extend_line(&mut self, part: &[u8]) {
        self.data_and_line.extend_from_slice(part);
    }

    /// Makes a line of data out of the line's value, with which it ends.
    pub(super) fn make_line_data(&mut self, value_len: usize) {
        let value = self.data_and_line.len() - value_len;
        self.data_and_line.copy_within(value.., self.data_len);
        self.data_and_line.truncate(self.data_len + value_len);
        self.data_and_line.push(b'\n');
        self.data_len = self.data_and_line.len();
    }

    /// Makes the name out of the line's value, with which it ends.
    pub(super) fn make_line_name(&mut self, value_len: usize) {
        let value = self.data_and_line.len() - value_len;
        self.name.clear();
        self.name.extend_from_slice(&self.data_and_line[value..]);
        self.drop_line();
    }

    pub(super) fn drop_line(&mut self) {
        if self.has_data() {
            self.data_and_line.truncate(self.data_len);
        } else {
            clear(&mut self.data_and_line);
        }
    }

    pub(super) fn set_name(&mut self, name: &[u8]) {
        self.name.clear();
        self.name.extend_from_slice(name);
    }

    /// Adds to the data, while no line is unfinished.
    pub(super) fn extend_data(&mut self, add: impl FnOnce(&mut Vec<u8>)) {
        add(&mut self.data_and_line);
        self.data_len = self.data_and_line.len();
    }

    #[inline]
    pub(super) fn has_data(&self) -> bool {
        self.data_len > 0
    }

    /// Whether there is nothing of an event.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.name.is_empty() && self.data_and_line.is_empty()
    }

    /// The name and the data, while no line is unfinished.
    #[inline]
    pub(super) fn name_and_data(&mut self) -> (&[u8], &mut Vec<u8>) {
        (&self.name, &mut self.data_and_line)
    }

    #[inline]
    pub(super) fn clear(&mut self) {
        clear(&mut self.name);
        clear(&mut self.data_and_line);
        self.data_len = 0;
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.name.capacity() + self.data_and_line.capacity()
    }
}

/// Empties a buffer and gives back what it has grown beyond the usual.
#[inline]
pub(super) fn clear(buffer: &mut Vec<u8>) {
    buffer.clear();
    buffer.shrink_to(KEPT_CAPACITY);
}

/// An event is larger than it may be: nothing follows.
///
/// What counts is the length of the event's `data`, `event` and `id` lines as they were sent, line ends aside, and of
/// the line that is being read, whatever it says, unless it is a comment. How the chunks were cut makes no difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// The most bytes that an event may take.
    pub limit: usize,
}

/// The size of the event that is being read.
#[derive(Debug)]
pub(super) struct Size {
    limit: usize,
    /// Of the lines that were taken in; never more than the limit.
    lines: usize,
}

impl Size {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, lines: 0 }
    }

    /// Whether there is room for a line, or for so much of it as there is.
    #[inline]
    pub(super) fn check(&self, line: usize) -> Result<(), TooLarge> {
        if line > self.limit - self.lines {
            return Err(TooLarge { limit: self.limit });
        }
        Ok(())
    }

    /// A line that was [checked](Self::check) belongs to the event.
    #[inline]
    pub(super) fn add(&mut self, line: usize) {
        self.lines += line;
    }

    /// The next event starts.
    #[inline]
    pub(super) fn reset(&mut self) {
        self.lines = 0;
    }
}
