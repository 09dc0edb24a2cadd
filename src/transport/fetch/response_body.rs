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

/// How many bytes are read at once if the browser reads into our memory, and how many may be read ahead.
const BUFFER_SIZE: u32 = 512 * 1024;

/// From how many bytes on a chunk that is read ahead stays where it is. Smaller ones are joined, so that their memory is free.
const LARGE: u32 = 64 * 1024;

/// The next chunk, `None` at the end.
type ReadResult = Result<Option<Uint8Array>, ReadError>;

/// Why there is no next chunk.
pub(super) enum ReadError {
    /// The connection failed, with this exception.
    Lost(JsValue),
    /// A script constructed the response, with something other than bytes in its body.
    NotBytes,
}

/// Reads a body. A byte stream is read by a BYOB reader, into the same memory again and again, which takes half the time.
pub(super) struct ResponseBody {
    reader: Reader,
    is_byob: bool,
    /// Memory to read into.
    buffers: Vec<ArrayBuffer>,
    /// The memory of the chunk that was read last.
    lent: Option<ArrayBuffer>,
    /// The read that is under way.
    reading: Option<JsFuture>,
    /// The chunks that were read ahead.
    ahead: VecDeque<Uint8Array>,
    /// The small chunks that were read ahead after these.
    joined: JoinedChunks,
    /// How many bytes were read ahead.
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
            buffers: Vec::new(),
            lent: None,
            reading: None,
            ahead: VecDeque::new(),
            joined: JoinedChunks::default(),
            ahead_size: 0,
            end: None,
        }))
    }

    /// Whether the end was read ahead, and is next.
    pub(super) fn is_at_end(&self) -> bool {
        self.ahead_size == 0 && self.end.is_some()
    }

    /// The next chunk, `None` at the end. It is valid until the next one is read.
    pub(super) async fn read(&mut self) -> ReadResult {
        if let Some(lent) = self.lent.take() {
            self.reuse(lent);
        }
        let result = if let Some(chunk) = self.ahead.pop_front().or_else(|| self.joined.take()) {
            self.ahead_size -= chunk.length();
            Ok(Some(chunk))
        } else if let Some(end) = self.end.take() {
            end
        } else {
            poll_fn(|context| self.poll_read(context)).await
        };
        if let Ok(Some(chunk)) = &result {
            self.lent = Some(chunk.buffer());
        }
        result
    }

    /// Reads ahead until the other work is done: what a browser holds unread is lost when the connection breaks.
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
                    if chunk.length() < LARGE {
                        self.ahead.extend(self.joined.add(&chunk));
                        self.reuse(chunk.buffer());
                    } else {
                        self.ahead.extend(self.joined.take());
                        self.ahead.push_back(chunk);
                    }
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
                let buffer = self.buffers.pop().unwrap_or_else(|| {
                    ArrayBuffer::new(if self.is_byob { BUFFER_SIZE } else { 0 })
                });
                let view = Uint8Array::new(&buffer);
                let promise = self.reader.read(&view).map_err(ReadError::Lost)?;
                none.insert(JsFuture::from(Promise::resolve(&promise)))
            }
        };
        let result = ready!(Pin::new(reading).poll(context));
        self.reading = None;
        Poll::Ready(chunk_of(result.map_err(ReadError::Lost)?))
    }

    /// Reads into this memory again, if it is ours: a read transfers it away, and it comes back with the chunk.
    fn reuse(&mut self, buffer: ArrayBuffer) {
        if self.is_byob && buffer.byte_length() == BUFFER_SIZE {
            self.buffers.push(buffer);
        }
    }
}

/// Small chunks, one behind the other: each alone would take long to hand out.
#[derive(Default)]
struct JoinedChunks {
    memory: Uint8Array,
    length: u32,
}

impl JoinedChunks {
    /// Adds a chunk. Returns the ones before it if they are not small together with it.
    fn add(&mut self, chunk: &Uint8Array) -> Option<Uint8Array> {
        let complete = (self.length + chunk.length() > LARGE)
            .then(|| self.take())
            .flatten();
        let length = self.length + chunk.length();
        if length > self.memory.length() {
            // The first chunk is often the only one.
            let capacity = if self.length == 0 {
                length
            } else {
                LARGE.min(2 * length)
            };
            let memory = Uint8Array::new_with_length(capacity);
            memory.set(&self.memory.subarray(0, self.length), 0);
            self.memory = memory;
        }
        self.memory.set(chunk, self.length);
        self.length = length;
        complete
    }

    /// All of them as one chunk.
    fn take(&mut self) -> Option<Uint8Array> {
        let length = std::mem::take(&mut self.length);
        let memory = std::mem::take(&mut self.memory);
        (length > 0).then(|| memory.subarray(0, length))
    }
}

fn chunk_of(result: JsValue) -> ReadResult {
    if !result.is_object() {
        return Err(ReadError::NotBytes);
    }
    let result: ReadableStreamReadResult = result.unchecked_into();
    if result.get_done().unwrap_or(false) {
        return Ok(None);
    }
    match result.get_value().dyn_into() {
        Ok(chunk) => Ok(Some(chunk)),
        Err(other) => bytes_of(other).map(Some).ok_or(ReadError::NotBytes),
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
