//! The body of a response, chunk by chunk.

use std::{
    collections::VecDeque,
    future::poll_fn,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
};

use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamGetReaderOptions, ReadableStreamReadResult, ReadableStreamReaderMode};

use crate::sys::{Body, ByteView, Reader, Response, View};

/// How many bytes are read at once if the browser reads into our buffer, and how many may be read ahead.
pub(super) const BUFFER_SIZE: u32 = 512 * 1024;

/// The next chunk, `None` at the end.
type ReadResult = Result<Option<Uint8Array>, ReadError>;

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
    /// The read that is under way.
    reading: Option<JsFuture>,
    /// The chunks that were read ahead.
    ahead: VecDeque<Uint8Array>,
    /// How many bytes these have.
    ahead_size: u32,
    /// What follows these, if nothing more is to be read.
    end: Option<ReadResult>,
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
        let (reader, is_byob) = match stream.get_reader(&byob) {
            Ok(reader) => (reader, true),
            Err(_) => {
                let options = ReadableStreamGetReaderOptions::new();
                (stream.get_reader(&options)?, false)
            }
        };
        Ok(Some(Self {
            reader,
            is_byob,
            buffer: Uint8Array::new_with_length(if is_byob { BUFFER_SIZE } else { 0 }),
            reading: None,
            ahead: VecDeque::new(),
            ahead_size: 0,
            end: None,
        }))
    }

    /// The next chunk, `None` at the end. It is valid until the next one is read.
    pub(super) async fn read(&mut self) -> ReadResult {
        if let Some(chunk) = self.ahead.pop_front() {
            self.ahead_size -= chunk.length();
            return Ok(Some(chunk));
        }
        match self.end.take() {
            Some(end) => end,
            None => poll_fn(|context| self.poll_read(context)).await,
        }
    }

    /// Reads ahead until the other work is done: what a browser holds unread is lost when the connection breaks. The chunk
    /// that was read last is no longer valid.
    pub(super) async fn read_during(&mut self, work: impl Future<Output = ()>) {
        let mut work = pin!(work);
        poll_fn(|context| {
            self.poll_read_ahead(context);
            work.as_mut().poll(context)
        })
        .await;
    }

    fn poll_read_ahead(&mut self, context: &mut Context<'_>) {
        while self.end.is_none() && self.ahead_size < BUFFER_SIZE {
            match self.poll_read(context) {
                Poll::Ready(Ok(Some(chunk))) => {
                    self.ahead_size += chunk.length();
                    // The next one is read into the same memory.
                    let chunk = chunk.slice(0, chunk.length());
                    self.ahead.push_back(chunk);
                }
                Poll::Ready(end) => self.end = Some(end),
                Poll::Pending => return,
            }
        }
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<ReadResult> {
        let reading = match &mut self.reading {
            Some(reading) => reading,
            none => {
                let promise = self.reader.read(&self.buffer).map_err(ReadError::Lost)?;
                none.insert(JsFuture::from(Promise::resolve(&promise)))
            }
        };
        let result = ready!(Pin::new(reading).poll(context));
        self.reading = None;
        Poll::Ready(self.chunk_of(result.map_err(ReadError::Lost)?))
    }

    fn chunk_of(&mut self, result: JsValue) -> ReadResult {
        if !result.is_object() {
            return Err(ReadError::NotBytes);
        }
        let result: ReadableStreamReadResult = result.unchecked_into();
        if result.get_done().unwrap_or(false) {
            return Ok(None);
        }
        let chunk = result.get_value();
        let chunk: Uint8Array = match chunk.dyn_into() {
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
