//! Where lines end, and how they go on from one chunk to the next.

#[cfg_attr(all(target_arch = "wasm32", feature = "simd"), path = "lines/simd.rs")]
mod search;

use core::mem;

pub(super) use search::find_line_end;

/// Splits the first line off: the line without its end, and what follows. `None` where no line ends.
pub(super) fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (line, rest) = bytes.split_at(find_line_end(bytes)?);
    let end = if rest.starts_with(b"\r\n") { 2 } else { 1 };
    Some((line, &rest[end..]))
}

fn is_line_end(byte: &u8) -> bool {
    matches!(byte, b'\n' | b'\r')
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
