//! The body of a response, chunk by chunk.

use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamGetReaderOptions, ReadableStreamReadResult, ReadableStreamReaderMode};

use crate::sys::{Body, ByteView, Reader, Response, View};

/// How many bytes are read at once if the browser reads into our buffer.
const BUFFER_SIZE: u32 = 512 * 1024;

/// Why there is no next chunk.
pub(super) enum ReadError {
    /// The connection failed, with this exception.
    Lost(JsValue),
    /// A script constructed the response, with something other than bytes in its body.
    NotBytes,
}

/// Reads a body. A byte stream is read by a BYOB reader, always into the same memory, which takes half the time.
pub(super) struct ResponseBody {
    reader: Reader,
    is_byob: bool,
    buffer: Uint8Array,
}

impl ResponseBody {
    /// `None` if the response has no body.
    pub(super) fn of(response: &Response) -> Result<Option<Self>, JsValue> {
        let Some(stream) = response.body()? else {
            return Ok(None);
        };
        let stream: Body = stream.unchecked_into();
        let byob = ReadableStreamGetReaderOptions::new();
        byob.set_mode(ReadableStreamReaderMode::Byob);
        if let Ok(reader) = stream.get_reader(&byob) {
            return Ok(Some(Self {
                reader,
                is_byob: true,
                buffer: Uint8Array::new_with_length(BUFFER_SIZE),
            }));
        }
        let reader = stream.get_reader(&ReadableStreamGetReaderOptions::new())?;
        Ok(Some(Self {
            reader,
            is_byob: false,
            buffer: Uint8Array::new_with_length(0),
        }))
    }

    /// The next chunk, `None` at the end. It is valid until the next one is read.
    pub(super) async fn read(&mut self) -> Result<Option<Uint8Array>, ReadError> {
        let promise = self.reader.read(&self.buffer).map_err(ReadError::Lost)?;
        let result = JsFuture::from(Promise::resolve(&promise)).await;
        let result = result.map_err(ReadError::Lost)?;
        if !result.is_object() {
            return Err(ReadError::NotBytes);
        }
        let result: ReadableStreamReadResult = result.unchecked_into();
        if result.get_done().unwrap_or(false) {
            return Ok(None);
        }
        let chunk = result.get_value();
        let chunk = match chunk.dyn_into() {
            Ok(chunk) => chunk,
            Err(other) => bytes_of(other).ok_or(ReadError::NotBytes)?,
        };
        if self.is_byob {
            // The memory was transferred away, and has come back.
            self.buffer = Uint8Array::new(&chunk.buffer());
        }
        Ok(Some(chunk))
    }
}

/// The bytes of a chunk of another class: another kind of view, or a view from another realm.
fn bytes_of(chunk: JsValue) -> Option<Uint8Array> {
    if !ArrayBuffer::is_view(&chunk) {
        return None;
    }
    let view: View = chunk.unchecked_into();
    let (buffer, offset) = (view.buffer().ok()?, view.byte_offset().ok()?);
    let bytes = ByteView::new(&buffer, offset, view.byte_length().ok()?);
    bytes.ok().map(JsCast::unchecked_into)
}
