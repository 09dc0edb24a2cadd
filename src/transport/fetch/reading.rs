//! From chunks to signals.

#[cfg(feature = "npm")]
use std::cell::OnceCell;
use std::{borrow::Cow, future::poll_fn, rc::Rc, task::Poll};

#[cfg(feature = "npm")]
use js_sys::JsString;
use js_sys::Uint8Array;
#[cfg(feature = "npm")]
use wasm_bindgen::JsValue;

use super::Line;
use crate::{
    Error,
    event::{Origin, Provenance},
    parser::{self, Item, Parser},
    policy::machine::Outlook,
    transport::{Data, Frame, Signal, Sink},
};

/// The most of a chunk that is copied into wasm's memory at once, in bytes: that memory never shrinks.
const SLICE: u32 = 1024 * 1024;

/// After how many events the consumers of streams get their turn, however many there are in a chunk. Much less than the
/// capacity of a queue, so that a consumer that keeps up misses nothing.
const TURN: u32 = 512;

/// Reads one response.
pub(super) struct Reading {
    parser: Parser,
    buffer: Vec<u8>,
    origin: Rc<Origin>,
    /// The last event id that the source knows of.
    told: Rc<str>,
}

impl Reading {
    pub(super) fn new(last_event_id: Rc<str>, max_event_size: usize, origin: Origin) -> Self {
        Self {
            parser: Parser::new(Rc::clone(&last_event_id), max_event_size),
            buffer: Vec::new(),
            told: last_event_id,
            origin: Rc::new(origin),
        }
    }

    /// Hands over what is in a chunk, as long as the line is open. The error is the last signal.
    pub(super) async fn read(
        &mut self,
        chunk: &Uint8Array,
        line: &Line,
        sink: &Sink,
    ) -> Result<(), Signal<'static>> {
        let mut start = 0;
        while start < chunk.length() && line.is_open.get() {
            let end = chunk.length().min(start.saturating_add(SLICE));
            let length = (end - start) as usize;
            if self.buffer.len() < length {
                self.buffer.resize(length, 0);
            }
            chunk
                .subarray(start, end)
                .copy_to(&mut self.buffer[..length]);
            self.hand_over(length, line, sink).await?;
            start = end;
        }
        Ok(())
    }

    async fn hand_over(
        &mut self,
        length: usize,
        line: &Line,
        sink: &Sink,
    ) -> Result<(), Signal<'static>> {
        let (mut unheard, mut heard) = (Unheard::Nothing, 0);
        let chunk = &self.buffer[..length];
        #[cfg(feature = "npm")]
        let chunk_text = ChunkText::new(chunk);
        let mut items = self.parser.parse(chunk);
        while let Some(item) = items.next() {
            match item {
                Ok(Item::Event(frame)) => match line.listened_name(&frame) {
                    Some(name) => {
                        unheard = Unheard::Nothing;
                        self.told.clone_from(frame.last_event_id());
                        let provenance = Provenance::Known {
                            last_event_id: Rc::clone(&self.told),
                            origin: Rc::clone(&self.origin),
                        };
                        let data = InChunk {
                            text: frame.into_data(),
                            #[cfg(feature = "npm")]
                            chunk: &chunk_text,
                        };
                        sink(Signal::Frame(Frame::new(name, provenance, &data)));
                        heard += 1;
                        if heard % TURN == 0 {
                            yield_now().await;
                        }
                    }
                    None => unheard = Unheard::Event,
                },
                Ok(Item::Comment) => unheard = unheard.max(Unheard::Comment),
                Ok(Item::Retry(time)) => sink(Signal::Retry(time)),
                Err(too_large) => {
                    self.tell_of(unheard, sink);
                    return Err(Signal::Lost {
                        error: Error::EventTooLarge {
                            limit: too_large.limit,
                        },
                        outlook: Outlook::Failed { retry_after: None },
                    });
                }
            }
            if !line.is_open.get() {
                return Ok(());
            }
        }
        self.tell_of(unheard, sink);
        Ok(())
    }

    /// Tells once for each chunk what nobody listens to.
    fn tell_of(&mut self, unheard: Unheard, sink: &Sink) {
        let last_event_id = self.parser.last_event_id();
        let last_event = if !Rc::ptr_eq(last_event_id, &self.told) || unheard == Unheard::Event {
            self.told.clone_from(last_event_id);
            Some(Provenance::Known {
                last_event_id: Rc::clone(last_event_id),
                origin: Rc::clone(&self.origin),
            })
        } else if unheard == Unheard::Comment {
            None
        } else {
            return;
        };
        sink(Signal::Unheard { last_event });
    }
}

/// The data of an event, where it does not take more than one chunk a slice of that.
struct InChunk<'a> {
    text: Cow<'a, str>,
    #[cfg(feature = "npm")]
    chunk: &'a ChunkText<'a>,
}

impl Data for InChunk<'_> {
    fn text(&self) -> &str {
        &self.text
    }

    #[cfg(feature = "npm")]
    fn to_js(&self) -> JsValue {
        let slice = self.chunk.slice(&self.text);
        slice.unwrap_or_else(|| JsValue::from_str(&self.text))
    }
}

/// A chunk as a string of JavaScript, made once for all events in it: making one for each costs more than parsing it.
#[cfg(feature = "npm")]
struct ChunkText<'a> {
    bytes: &'a [u8],
    text: OnceCell<Option<JsString>>,
}

#[cfg(feature = "npm")]
impl<'a> ChunkText<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            text: OnceCell::new(),
        }
    }

    /// The part of the chunk that this text lies in. Only where all is ASCII are offsets the same in bytes and characters.
    fn slice(&self, text: &str) -> Option<JsValue> {
        let start = (text.as_ptr() as usize).checked_sub(self.bytes.as_ptr() as usize)?;
        let end = start + text.len();
        if end > self.bytes.len() {
            return None;
        }
        let whole = self.text.get_or_init(|| {
            let ascii = self.bytes.is_ascii().then_some(self.bytes)?;
            Some(std::str::from_utf8(ascii).ok()?.into())
        });
        Some(whole.as_ref()?.substring(start as u32, end as u32).into())
    }
}

/// Lets all other tasks that are ready go first.
async fn yield_now() {
    let mut has_yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// What a chunk has brought since the last event that was listened to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unheard {
    Nothing,
    Comment,
    Event,
}

impl Line {
    /// The name of this frame, where somebody listens to it.
    fn listened_name(&self, frame: &parser::Frame<'_>) -> Option<Rc<str>> {
        let names = self.names.borrow();
        names.iter().find(|name| frame.is_named(name)).cloned()
    }
}
