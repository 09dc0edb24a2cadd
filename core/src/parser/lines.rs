//! Lines: where they end, how they go on from one chunk to the next, and what each of them says.

use core::mem;

use crate::Span;

/// How the end of a line is searched for: [`Scalar`] or, in wasm, `Simd`.
///
/// The parser is generic over it, so that it is compiled in the crate that uses it: for speed where that crate is, and
/// with the instructions that it allows.
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

/// Splits the first line off: the line without its end, and what follows. `None` where no line ends.
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

/// Sets the highest bit of the lowest byte that is below a limit of at most 128, and none below it; above it, there may
/// be others.
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

/// What may be cut by the seam between two chunks, beside a line: the byte order mark that a stream may start with,
/// and a CR LF.
#[derive(Debug, Default)]
pub(super) struct Seam {
    /// How many bytes of the mark are read; all of them where the stream is past its start.
    mark: usize,
    /// The last line ended with a CR, at the end of its chunk: a LF that follows belongs to it.
    after_cr: bool,
}

impl Seam {
    /// Goes over to the next chunk: what of its start is to be read. Before it come the bytes that have looked like a
    /// byte order mark until now.
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

/// What a line says, told by how it starts.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Blank,
    Comment,
    Data,
    Event,
    Id,
    Retry,
    /// A field that the standard does not know.
    Unknown,
}

/// The field of a line, which comes without its end, and where its value begins: behind the colon and one space, at the end
/// where there is no colon.
///
/// It answers with no slice, and so in a register: it is called for each line.
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

/// ASCII digits, as the browsers read them: at least one, and the longest time there is for a number beyond it.
pub(super) fn milliseconds(value: &[u8]) -> Option<Span> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = value.iter().fold(0, |number: u64, digit| {
        // It saturates by hand: in wasm, a multiplication that checks is one of 128 bits.
        number.min(u64::MAX / 10 - 1) * 10 + u64::from(digit - b'0')
    });
    Some(Span::from_millis(number))
}

/// Whether the value of an `id` field counts.
#[inline]
pub(super) fn is_id(value: &[u8]) -> bool {
    // Not `contains`: the search that this calls weighs more than it gains on what is as short as an id.
    value.iter().all(|byte| *byte != 0)
}
