//! The data of events, as slices of the chunk that they came in.

use std::borrow::Cow;

use crate::{parser::Frame, transport::Data};

/// A piece of the response's body.
pub(super) struct Chunk<'a> {
    bytes: &'a [u8],
}

impl<'a> Chunk<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub(super) fn data_of<'b>(&'b self, frame: Frame<'b>) -> InChunk<'b> {
        InChunk {
            text: frame.into_data(),
        }
    }
}

/// The data of an event, a slice of the chunk where it can be.
pub(super) struct InChunk<'a> {
    text: Cow<'a, str>,
}

impl Data for InChunk<'_> {
    fn text(&self) -> &str {
        &self.text
    }
}
