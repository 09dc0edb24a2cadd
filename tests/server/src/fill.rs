//! A body of any size, of which the server holds only one block.

use bytes::{Bytes, BytesMut};

/// The bytes of a block. A block is large enough that the cost of a chunk does not show, and small enough that the client soon has
/// something to read.
const BLOCK: usize = 64 * 1024;

/// A text over and over, up to a number of bytes.
#[derive(Debug)]
pub(crate) struct Fill {
    /// As many whole copies of the text as fit into a block; at least one.
    block: Bytes,
    /// How many bytes are left to send.
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
            block: block.freeze(),
            left: bytes,
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
    fn a_chunk_continues_where_the_chunk_before_ends() {
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
    fn every_chunk_of_an_endless_body_is_the_block() {
        let mut endless = Fill::new(u64::MAX, "x");
        for _ in 0..100_000 {
            assert_eq!(endless.next().map(|chunk| chunk.len()), Some(BLOCK));
        }
    }

    #[test]
    fn an_empty_body_has_no_chunk() {
        assert_eq!(Fill::new(0, "x").next(), None);
        assert_eq!(Fill::new(9, "").next(), None);
    }
}
