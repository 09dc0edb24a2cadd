//! What outlives a chunk: the parts of the current event from earlier chunks, and its size so far.

use alloc::vec::Vec;
use core::mem;

/// A buffer that a large event has grown shrinks to this capacity again.
const KEPT_CAPACITY: usize = 64 * 1024;

/// The parts of the current event, and of its unfinished line, from earlier chunks.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// The standard's *event type buffer*.
    name: Vec<u8>,
    /// The standard's *data buffer*, with a line feed after each line, and then the unfinished line. So a
    /// value that the end of a chunk has cut becomes data in place.
    data_and_line: Vec<u8>,
    data_len: usize,
    /// Whether the unfinished line is a comment, which is not kept.
    is_comment: bool,
}

impl Held {
    pub(super) fn line(&self) -> &[u8] {
        &self.data_and_line[self.data_len..]
    }

    /// Whether a line is unfinished.
    #[inline]
    pub(super) fn has_line(&self) -> bool {
        self.is_comment || self.data_and_line.len() > self.data_len
    }

    /// Whether this part of the unfinished line belongs to a comment, which is not kept. A colon at the start of a line
    /// begins one.
    pub(super) fn is_part_of_comment(&mut self, part: &[u8]) -> bool {
        self.is_comment |= !self.has_line() && part.starts_with(b":");
        self.is_comment
    }

    /// Ends the unfinished line if it is a comment, and returns whether it was.
    pub(super) fn end_comment(&mut self) -> bool {
        mem::take(&mut self.is_comment)
    }

    pub(super) fn extend_line(&mut self, part: &[u8]) {
        self.data_and_line.extend_from_slice(part);
    }

    /// Turns the value of the line, its last `value_len` bytes, into a line of data.
    pub(super) fn make_line_data(&mut self, value_len: usize) {
        let value = self.data_and_line.len() - value_len;
        self.data_and_line.copy_within(value.., self.data_len);
        self.data_and_line.truncate(self.data_len + value_len);
        self.data_and_line.push(b'\n');
        self.data_len = self.data_and_line.len();
    }

    /// Turns the value of the line, its last `value_len` bytes, into the name.
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
            clear_and_shrink(&mut self.data_and_line);
        }
    }

    pub(super) fn set_name(&mut self, name: &[u8]) {
        self.name.clear();
        self.name.extend_from_slice(name);
    }

    /// Adds to the data. It must not be called while a line is unfinished.
    pub(super) fn extend_data(&mut self, add: impl FnOnce(&mut Vec<u8>)) {
        add(&mut self.data_and_line);
        self.data_len = self.data_and_line.len();
    }

    #[inline]
    pub(super) fn has_data(&self) -> bool {
        self.data_len > 0
    }

    /// Whether it holds no bytes.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.name.is_empty() && self.data_and_line.is_empty()
    }

    /// The name and the data. It must not be called while a line is unfinished.
    #[inline]
    pub(super) fn name_and_data(&mut self) -> (&[u8], &mut Vec<u8>) {
        (&self.name, &mut self.data_and_line)
    }

    #[inline]
    pub(super) fn clear(&mut self) {
        clear_and_shrink(&mut self.name);
        clear_and_shrink(&mut self.data_and_line);
        self.data_len = 0;
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.name.capacity() + self.data_and_line.capacity()
    }
}

/// Empties a buffer and shrinks it to the [kept capacity](KEPT_CAPACITY).
#[inline]
pub(super) fn clear_and_shrink(buffer: &mut Vec<u8>) {
    buffer.clear();
    buffer.shrink_to(KEPT_CAPACITY);
}

/// An event is too large. The parser returns nothing after it.
///
/// The size of an event is the length of its `data`, `event` and valid `id` lines as sent, without line ends. While a
/// line is being read it counts too, whatever its field, unless it is a comment. The size does not depend on how the stream is
/// cut into chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// The most bytes that an event may take.
    pub limit: usize,
}

/// The size of the current event.
#[derive(Debug)]
pub(super) struct Size {
    limit: usize,
    /// The length of the `data`, `event` and `id` lines of the event so far, in bytes; never more than the limit.
    lines_len: usize,
}

impl Size {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            lines_len: 0,
        }
    }

    /// Checks that there is room for a line, or for the part of it read so far.
    #[inline]
    pub(super) fn check(&self, line_len: usize) -> Result<(), TooLarge> {
        if line_len > self.limit - self.lines_len {
            return Err(TooLarge { limit: self.limit });
        }
        Ok(())
    }

    /// Adds a line of the event that was [checked](Self::check).
    #[inline]
    pub(super) fn add(&mut self, line_len: usize) {
        self.lines_len += line_len;
    }

    /// Starts the next event.
    #[inline]
    pub(super) fn reset(&mut self) {
        self.lines_len = 0;
    }
}
