//! A text, such as an event, many times in few chunks.

use std::fmt::Write;

use bytes::{Bytes, BytesMut};

/// How many bytes a chunk has at least, unless it is the last. A chunk is large enough that its cost does not show, and small enough
/// that the client soon has something to read.
const CHUNK: usize = 64 * 1024;

/// A repeated text, in which `{n}` counts up. It yields chunks of about 64 KiB, or of one text each.
#[derive(Debug)]
pub(crate) struct Flood {
    /// The text before the first `{n}`.
    head: String,
    /// The text after each `{n}`.
    tails: Vec<String>,
    text_length: usize,
    chunk_length: usize,
    next: u32,
    times: u32,
}

impl Flood {
    /// A flood whose chunks hold as many texts as fit.
    pub(crate) fn new(times: u32, text: &str) -> Self {
        Self::with_chunks_of(CHUNK, times, text)
    }

    /// A flood whose chunks hold one text each.
    pub(crate) fn one_by_one(times: u32, text: &str) -> Self {
        Self::with_chunks_of(1, times, text)
    }

    fn with_chunks_of(chunk_length: usize, times: u32, text: &str) -> Self {
        let mut pieces = text.split("{n}").map(String::from);
        Self {
            head: pieces.next().unwrap_or_default(),
            tails: pieces.collect(),
            text_length: text.len(),
            chunk_length,
            next: 0,
            // An empty text would fill no chunk, and writing it ten million times would be a busy loop.
            times: if text.is_empty() { 0 } else { times },
        }
    }

    fn write_text(&self, chunk: &mut BytesMut) {
        chunk.extend_from_slice(self.head.as_bytes());
        for tail in &self.tails {
            // Writing to a growing buffer cannot fail.
            let _ = write!(chunk, "{}", self.next);
            chunk.extend_from_slice(tail.as_bytes());
        }
    }
}

impl Iterator for Flood {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let mut chunk = BytesMut::with_capacity(self.chunk_length + 2 * self.text_length);
        while self.next < self.times && chunk.len() < self.chunk_length {
            self.write_text(&mut chunk);
            self.next += 1;
        }
        (!chunk.is_empty()).then(|| chunk.freeze())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: u32 = 50_000;

    fn chunks_of(times: u32, text: &str) -> Vec<Bytes> {
        Flood::new(times, text).collect()
    }

    #[test]
    fn every_n_of_a_text_counts() {
        assert_eq!(chunks_of(2, "{n}:{n};"), ["0:0;1:1;"]);
        assert_eq!(chunks_of(3, "x"), ["xxx"]);
    }

    #[test]
    fn an_empty_flood_has_no_chunk() {
        assert!(chunks_of(0, "x").is_empty());
        assert!(chunks_of(MANY, "").is_empty());
    }

    #[test]
    fn chunks_hold_many_events_and_lose_none() {
        let chunks = chunks_of(MANY, "{n}\n");
        let text: Vec<u8> = chunks.concat();
        let expected: String = (0..MANY).map(|n| format!("{n}\n")).collect();
        assert_eq!(text, expected.as_bytes());
        assert_eq!(chunks.len(), expected.len().div_ceil(CHUNK));
    }
}
