//! The body of a response, chunk by chunk.

use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    ReadableStream, ReadableStreamGetReaderOptions, ReadableStreamReadResult,
    ReadableStreamReaderMode, Response,
};

/// How much is read at once where the browser reads into our own memory, in bytes.
const ROOM: u32 = 512 * 1024;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = ReadableStream, js_name = ReadableStream)]
    type Stream;

    /// A body that was read before cannot be read again, nor one that somebody made up be read in every way.
    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_reader(
        this: &Stream,
        options: &ReadableStreamGetReaderOptions,
    ) -> Result<Reader, JsValue>;

    type Reader;

    /// Where the reader brings memory of its own it does not look at the `room`.
    #[wasm_bindgen(method)]
    fn read(this: &Reader, room: &Uint8Array) -> Promise;
}

/// Reads a body. Into the same memory again and again where the browser can do that, which takes it half the time.
pub(super) struct ResponseBody {
    reader: Reader,
    reads_into_room: bool,
    room: Uint8Array,
}

impl ResponseBody {
    /// `None` where the response has none.
    pub(super) fn of(response: &Response) -> Result<Option<Self>, JsValue> {
        let Some(stream) = response.body() else {
            return Ok(None);
        };
        let stream: Stream = stream.unchecked_into();
        let into_room = ReadableStreamGetReaderOptions::new();
        into_room.set_mode(ReadableStreamReaderMode::Byob);
        if let Ok(reader) = stream.get_reader(&into_room) {
            return Ok(Some(Self {
                reader,
                reads_into_room: true,
                room: Uint8Array::new_with_length(ROOM),
            }));
        }
        let reader = stream.get_reader(&ReadableStreamGetReaderOptions::new())?;
        Ok(Some(Self {
            reader,
            reads_into_room: false,
            room: Uint8Array::new_with_length(0),
        }))
    }

    /// The next chunk, `None` at the end. It is there until the next one is read.
    pub(super) async fn read(&mut self) -> Result<Option<Uint8Array>, JsValue> {
        let result = JsFuture::from(self.reader.read(&self.room)).await?;
        let result: ReadableStreamReadResult = result.unchecked_into();
        if result.get_done().unwrap_or(false) {
            return Ok(None);
        }
        let chunk = result.get_value();
        // Not by its class: a page may have its streams from another realm.
        if !ArrayBuffer::is_view(&chunk) {
            return Err("the body is not made of bytes".into());
        }
        let chunk: Uint8Array = chunk.unchecked_into();
        if self.reads_into_room {
            // The room went away and has come back.
            self.room = Uint8Array::new(&chunk.buffer());
        }
        Ok(Some(chunk))
    }
}
