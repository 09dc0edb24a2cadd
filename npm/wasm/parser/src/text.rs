//! The text of a chunk.

use core::str;

/// The part of a chunk that is valid UTF-8: all but the characters that are cut at its ends. Empty if the chunk has other invalid
/// bytes.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// Where the text starts in the chunk, in bytes.
    pub(super) start: usize,
    /// Where the text ends in the chunk, in bytes.
    pub(super) end: usize,
    is_ascii: bool,
    /// An offset in the chunk in bytes, and the same place in UTF-16 units from the text's start on.
    cursor: (usize, usize),
}

impl Text {
    pub(super) fn of(chunk: &[u8]) -> Self {
        let is_ascii = chunk.is_ascii();
        let mut start = 0;
        let mut end = chunk.len();
        if !is_ascii {
            start = chunk.iter().take(3).take_while(is_continuation).count();
            end = match str::from_utf8(&chunk[start..]) {
                Ok(_) => chunk.len(),
                Err(error) if error.error_len().is_none() => start + error.valid_up_to(),
                Err(_) => start,
            };
        }
        Self {
            start,
            end,
            is_ascii,
            cursor: (start, 0),
        }
    }

    /// Starts again at the first part.
    pub(super) fn go_back(&mut self) {
        self.cursor = (self.start, 0);
    }

    /// Where a part of the chunk starts and ends in the text, in UTF-16 units. `None` if it is not in the text. Parts have to come in
    /// their order.
    pub(super) fn place(&mut self, chunk: &[u8], part: &[u8]) -> Option<[u32; 2]> {
        let start = (part.as_ptr() as usize).checked_sub(chunk.as_ptr() as usize)?;
        let end = start + part.len();
        if start < self.start || end > self.end {
            return None;
        }
        Some([self.units(chunk, start), self.units(chunk, end)])
    }

    fn units(&mut self, chunk: &[u8], offset: usize) -> u32 {
        if self.is_ascii {
            return offset as u32;
        }
        let (from, units) = self.cursor;
        let units = units + chunk[from..offset].iter().map(units_of).sum::<usize>();
        self.cursor = (offset, units);
        units as u32
    }
}

/// Whether a byte continues a character.
fn is_continuation(byte: &&u8) -> bool {
    **byte & 0b1100_0000 == 0b1000_0000
}

/// How many UTF-16 units the character has that starts with this byte.
fn units_of(byte: &u8) -> usize {
    match byte {
        0x80..0xC0 => 0,
        0xF0.. => 2,
        _ => 1,
    }
}
