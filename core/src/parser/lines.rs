//! Lines: where they end, how they continue in the next chunk, and which field each of them holds.

use core::mem;

use crate::Span;

/// How the end of a line is searched for: [`Scalar`] or, in wasm, `Simd`.
///
/// The parser is generic over it, so that it is compiled as part of the crate that uses it, with that crate's
/// optimisations and target features.
pub trait LineSearch: sealed::Sealed + core::fmt::Debug + 'static {
    /// Finds the first LF or CR.
    #[doc(hidden)]
    fn find_line_end(bytes: &[u8]) -> Option<usize>;
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::Scalar {}
    #[cfg(target_arch = "wasm32")]
    impl Sealed for super::Simd {}
}

/// Searches eight bytes at a time, with the instructions that every machine has.
#[derive(Clone, Copy, Debug)]
pub enum Scalar {}

/// Searches sixteen bytes at a time, with the SIMD instructions of WebAssembly (`simd128`). A module that holds them does
/// not start in a browser that lacks them: Chrome before 91, Firefox before 89, Safari before 16.4.
#[cfg(target_arch = "wasm32")]
#[derive(Clone, Copy, Debug)]
pub enum Simd {}

/// Splits off the first line, without its line end, from the rest. Returns `None` if no line ends.
pub(super) fn split_line<S: LineSearch>(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (line, rest) = bytes.split_at(S::find_line_end(bytes)?);
    let end = if rest.starts_with(b"\r\n") { 2 } else { 1 };
    Some((line, &rest[end..]))
}

fn is_line_end(byte: &u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

impl LineSearch for Scalar {
    // In wasm this is faster on short lines than `memchr`, which takes four bytes at a time.
    #[inline]
    fn find_line_end(bytes: &[u8]) -> Option<usize> {
        let (words, tail) = bytes.as_chunks();
        for (index, word) in words.iter().enumerate() {
            // Any byte up to CR is a candidate: other control characters that low are rare in text.
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
}

/// A one in each byte.
const ONES: u64 = u64::from_ne_bytes([1; 8]);

/// Sets the highest bit of the lowest byte that is below a limit of at most 128. No lower bit is set; higher ones may
/// be.
fn bytes_below(limit: u8, word: u64) -> u64 {
    word.wrapping_sub(u64::from(limit) * ONES) & !word & (0x80 * ONES)
}

#[cfg(target_arch = "wasm32")]
impl LineSearch for Simd {
    #[inline]
    fn find_line_end(bytes: &[u8]) -> Option<usize> {
        find_line_end_simd(bytes)
    }
}

#[cfg(target_arch = "wasm32")]
#[target_feature(enable = "simd128")]
#[inline]
fn find_line_end_simd(bytes: &[u8]) -> Option<usize> {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat, u64x2, v128_or};

    let (lf, cr) = (u8x16_splat(b'\n'), u8x16_splat(b'\r'));
    let (blocks, tail) = bytes.as_chunks();
    for (index, block) in blocks.iter().enumerate() {
        let block = u128::from_le_bytes(*block);
        let block = u64x2(block as u64, (block >> 64) as u64);
        let line_ends = u8x16_bitmask(v128_or(u8x16_eq(block, lf), u8x16_eq(block, cr)));
        if line_ends != 0 {
            return Some(16 * index + line_ends.trailing_zeros() as usize);
        }
    }
    Some(16 * blocks.len() + tail.iter().position(is_line_end)?)
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What the boundary between two chunks may cut, besides a line: a CR LF, and the byte order mark at the start of a
/// stream.
#[derive(Debug, Default)]
pub(super) struct ChunkBoundary {
    /// How many bytes of the mark were read; all of them if the stream is past its start.
    mark: usize,
    /// Whether the last chunk ended with a CR. A LF at the start of the next one then belongs to it.
    after_cr: bool,
}

impl ChunkBoundary {
    /// Moves on to the next chunk. Returns the earlier bytes that turn out to be no byte order mark, and the part of
    /// the chunk to read.
    pub(super) fn cross<'a>(&mut self, chunk: &'a [u8]) -> (&'static [u8], &'a [u8]) {
        let (unmarked, mut rest) = self.skip_mark(chunk);
        if let Some(&last) = chunk.last() {
            let after_cr = mem::replace(&mut self.after_cr, last == b'\r');
            if after_cr && let [b'\n', after @ ..] = rest {
                rest = after;
            }
        }
        (unmarked, rest)
    }

    /// Whether only a part of the mark has arrived.
    pub(super) fn is_in_mark(&self) -> bool {
        (1..BYTE_ORDER_MARK.len()).contains(&self.mark)
    }

    fn skip_mark<'a>(&mut self, chunk: &'a [u8]) -> (&'static [u8], &'a [u8]) {
        let expected = BYTE_ORDER_MARK[self.mark..].iter();
        let common = expected.zip(chunk).take_while(|(a, b)| a == b).count();
        let (read, rest) = (self.mark + common, &chunk[common..]);
        if read < BYTE_ORDER_MARK.len() && !rest.is_empty() {
            self.mark = BYTE_ORDER_MARK.len();
            return (&BYTE_ORDER_MARK[..read], rest);
        }
        self.mark = read;
        (&[], rest)
    }
}

/// The kind of a line, by its start.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Blank,
    Comment,
    Data,
    Event,
    Id,
    Retry,
    /// A field that the standard does not define.
    Unknown,
}

/// The field of a line without its line end, and the offset of its value: after the colon and one space, or at the end
/// if there is no colon.
///
/// It returns an offset, not a slice, which fits into a register: it is called for each line.
#[inline]
pub(super) fn field_of(line: &[u8]) -> (Field, usize) {
    let (field, name_len) = match line {
        [] => return (Field::Blank, 0),
        [b':', ..] => return (Field::Comment, 0),
        [b'd', b'a', b't', b'a', ..] => (Field::Data, 4),
        [b'i', b'd', ..] => (Field::Id, 2),
        [b'e', b'v', b'e', b'n', b't', ..] => (Field::Event, 5),
        [b'r', b'e', b't', b'r', b'y', ..] => (Field::Retry, 5),
        _ => return (Field::Unknown, 0),
    };
    match &line[name_len..] {
        [] => (field, name_len),
        [b':', b' ', ..] => (field, name_len + 2),
        [b':', ..] => (field, name_len + 1),
        _ => (Field::Unknown, 0),
    }
}

/// Parses ASCII digits as browsers do: at least one, and a number that is too large becomes the longest span.
pub(super) fn milliseconds(value: &[u8]) -> Option<Span> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = value.iter().fold(0, |number: u64, digit| {
        // Saturates by hand: in wasm, a checked multiplication takes 128 bits.
        number.min(u64::MAX / 10 - 1) * 10 + u64::from(digit - b'0')
    });
    Some(Span::from_millis(number))
}

/// Whether the value of an `id` field is valid.
#[inline]
pub(super) fn is_valid_id(value: &[u8]) -> bool {
    // The search that `contains` calls is a lot of code, and hardly faster on short ids.
    value.iter().all(|byte| *byte != 0)
}
