//! A body of any size, of which no more than a block is held.

use bytes::{Bytes, BytesMut};

/// Large enough that a chunk's cost does not show, small enough that the client can start.
const BLOCK: usize = 64 * 1024;

/// A text over and over, up to so many bytes.
#[derive(Debug)]
pub(crate) struct Fill {
    /// The text so many times, whole.
    block: Bytes,
    left: u64,
}

impl Fill {
    pub(crate) fn new(bytes: u64, text: &str) -> Self {
        let times = BLOCK / text.len().max(1);
        let mut block = BytesMut::new();
        for _ in 0..times.max(1) {
            block.extend_from_slice(text.as_bytes());
        }
        Self {
            // Of nothing there is never enough.
            left: if text.is_empty() { 0 } else { bytes },
            block: block.freeze(),
        }
    }
}

impl Iterator for Fill {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let length = usize::try_from(self.left).unwrap_or(usize::MAX);
        let chunk = self.block.slice(..length.min(self.block.len()));
        self.left -= chunk.len() as u64;
        (!chunk.is_empty()).then_some(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_where_the_chunk_before_has_ended() {
        let bytes = 3 * BLOCK as u64 + 7;
        let body: Vec<u8> = Fill::new(bytes, "abc").flatten().collect();
        let expected: Vec<u8> = b"abc".iter().copied().cycle().take(body.len()).collect();
        assert_eq!(body.len() as u64, bytes);
        assert!(body == expected);
    }

    #[test]
    fn the_last_text_may_be_cut() {
        let chunks: Vec<_> = Fill::new(5, "abc").collect();
        assert_eq!(chunks, ["abcab"]);
    }

    #[test]
    fn a_text_may_be_larger_than_a_block() {
        let text = "x".repeat(BLOCK + 1);
        let sizes: Vec<_> = Fill::new(2 * text.len() as u64, &text)
            .map(|chunk| chunk.len())
            .collect();
        assert_eq!(sizes, [text.len(), text.len()]);
    }

    #[test]
    fn an_endless_one_holds_a_block() {
        let mut endless = Fill::new(u64::MAX, "x");
        for _ in 0..100_000 {
            assert_eq!(endless.next().map(|chunk| chunk.len()), Some(BLOCK));
        }
    }

    #[test]
    fn nothing_is_no_chunk() {
        assert_eq!(Fill::new(0, "x").next(), None);
        assert_eq!(Fill::new(9, "").next(), None);
    }
}
