//! The search for the end of a line, eight bytes at a time.

use super::is_line_end;

/// Finds the first LF or CR. In wasm without SIMD this is faster on short lines than `memchr`, which takes four bytes.
pub(in crate::parser) fn find_line_end(bytes: &[u8]) -> Option<usize> {
    let (words, tail) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        // To look for both at once is to look for the few bytes up to the CR, which text hardly has besides.
        let candidates = bytes_below(b'\r' + 1, u64::from_le_bytes(*word));
        if candidates != 0 {
            let first = candidates.trailing_zeros() as usize / 8;
            if let Some(further) = word[first..].iter().position(is_line_end) {
                return Some(8 * index + first + further);
            }
        }
    }
    Some(8 * words.len() + tail.iter().position(is_line_end)?)
}

/// A one in each byte.
const ONES: u64 = u64::from_ne_bytes([1; 8]);

/// Sets the highest bit of the lowest byte that is below a limit of at most 128, and none below it; above it, there may
/// be others.
fn bytes_below(limit: u8, word: u64) -> u64 {
    word.wrapping_sub(u64::from(limit) * ONES) & !word & (0x80 * ONES)
}
