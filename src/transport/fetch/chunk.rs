//! The data of events, as slices of the chunk that they came in.

use std::borrow::Cow;
#[cfg(feature = "npm")]
use std::{cell::OnceCell, ops::Range};

#[cfg(feature = "npm")]
use js_sys::JsString;
#[cfg(feature = "npm")]
use wasm_bindgen::JsValue;

#[cfg(feature = "npm")]
use crate::{event::Provenance, transport::JsData};
use crate::{parser::Frame, transport::Data};

/// A piece of the response's body.
pub(super) struct Chunk<'a> {
    bytes: &'a [u8],
    /// As a string of JavaScript, `None` where it is not all ASCII: only then are offsets the same in bytes and
    /// characters. Made once for all events: one for each costs more than parsing it.
    #[cfg(feature = "npm")]
    text: OnceCell<Option<JsString>>,
}

impl<'a> Chunk<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            #[cfg(feature = "npm")]
            text: OnceCell::new(),
        }
    }

    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub(super) fn data_of<'b>(&'b self, frame: Frame<'b>) -> InChunk<'b> {
        InChunk {
            #[cfg(feature = "npm")]
            id: frame.id_in_chunk(),
            #[cfg(feature = "npm")]
            chunk: self,
            text: frame.into_data(),
        }
    }
}

/// The data of an event, a slice of the chunk where it can be.
pub(super) struct InChunk<'a> {
    text: Cow<'a, str>,
    #[cfg(feature = "npm")]
    id: Option<&'a [u8]>,
    #[cfg(feature = "npm")]
    chunk: &'a Chunk<'a>,
}

impl Data for InChunk<'_> {
    fn text(&self) -> &str {
        &self.text
    }

    #[cfg(feature = "npm")]
    fn to_js(&self, provenance: &Provenance) -> JsData<'_> {
        let slices = self.slices(provenance);
        slices.unwrap_or_else(|| JsData::Whole {
            text: JsValue::from_str(&self.text),
            provenance: provenance.to_js(),
        })
    }
}

#[cfg(feature = "npm")]
impl InChunk<'_> {
    fn slices(&self, provenance: &Provenance) -> Option<JsData<'_>> {
        let of = self.chunk.js_text()?;
        let text = self.chunk.offsets_of(self.text.as_bytes())?;
        let last_event_id = match self.id {
            Some(id) => self.chunk.offsets_of(id)?,
            None if provenance.last_event_id().is_empty() => 0..0,
            None => return None,
        };
        Some(JsData::Slices {
            of,
            text,
            last_event_id,
            origin: provenance.origin_to_js(),
        })
    }
}

#[cfg(feature = "npm")]
impl Chunk<'_> {
    fn js_text(&self) -> Option<&JsString> {
        let whole = self.text.get_or_init(|| {
            let ascii = self.bytes.is_ascii().then_some(self.bytes)?;
            Some(std::str::from_utf8(ascii).ok()?.into())
        });
        whole.as_ref()
    }

    /// Where this part lies in the chunk, if it does.
    fn offsets_of(&self, part: &[u8]) -> Option<Range<u32>> {
        let start = (part.as_ptr() as usize).checked_sub(self.bytes.as_ptr() as usize)?;
        let end = start + part.len();
        (end <= self.bytes.len()).then_some(start as u32..end as u32)
    }
}
