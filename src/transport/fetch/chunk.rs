//! The data of events, as slices of the chunk that they came in.

use std::borrow::Cow;
#[cfg(feature = "npm")]
use std::cell::{OnceCell, RefCell};

#[cfg(feature = "npm")]
use js_sys::JsString;
#[cfg(feature = "npm")]
use wasm_bindgen::JsValue;

#[cfg(feature = "npm")]
use crate::event::Provenance;
use crate::{parser::Frame, transport::Data};

/// A piece of the response's body.
pub(super) struct Chunk<'a> {
    bytes: &'a [u8],
    /// As a string of JavaScript, `None` where it is not all ASCII: only then are offsets the same in bytes and
    /// characters. Made once for all events: one for each costs more than parsing it.
    #[cfg(feature = "npm")]
    text: OnceCell<Option<JsString>>,
    /// Of the last event that had no id of its own in this chunk.
    #[cfg(feature = "npm")]
    provenance: RefCell<Option<(std::rc::Rc<str>, JsValue)>>,
}

impl<'a> Chunk<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            #[cfg(feature = "npm")]
            text: OnceCell::new(),
            #[cfg(feature = "npm")]
            provenance: RefCell::default(),
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
    fn to_js(&self) -> JsValue {
        let slice = self.chunk.js_slice(self.text.as_bytes());
        slice.unwrap_or_else(|| JsValue::from_str(&self.text))
    }

    #[cfg(feature = "npm")]
    fn provenance_to_js(&self, provenance: &Provenance) -> JsValue {
        let id = self.id.and_then(|id| self.chunk.js_slice(id));
        match id {
            Some(id) => provenance.to_js_with_id(&id),
            None => self.chunk.shared_provenance(provenance),
        }
    }
}

#[cfg(feature = "npm")]
impl Chunk<'_> {
    fn js_slice(&self, part: &[u8]) -> Option<JsValue> {
        let start = (part.as_ptr() as usize).checked_sub(self.bytes.as_ptr() as usize)?;
        let end = start + part.len();
        if end > self.bytes.len() {
            return None;
        }
        let whole = self.text.get_or_init(|| {
            let ascii = self.bytes.is_ascii().then_some(self.bytes)?;
            Some(std::str::from_utf8(ascii).ok()?.into())
        });
        Some(whole.as_ref()?.substring(start as u32, end as u32).into())
    }

    fn shared_provenance(&self, provenance: &Provenance) -> JsValue {
        let id = provenance.last_event_id();
        let mut shared = self.provenance.borrow_mut();
        match &*shared {
            Some((known, js)) if **known == *id => js.clone(),
            _ => {
                let js = provenance.to_js();
                *shared = Some((id.into(), js.clone()));
                js
            }
        }
    }
}
