//! From chunks to signals.

use std::{rc::Rc, time::Duration};

use js_sys::Uint8Array;

use super::{Line, turns::Turns};
use crate::{
    Error,
    event::Provenance,
    ids::IdField,
    parser::{self, Item, Items, Parser, TooLarge},
    policy::machine::Outlook,
    transport::{Frame, Signal, Sink},
};

/// The most of a chunk that is copied into wasm's memory at once, in bytes: that memory never shrinks.
const SLICE: u32 = 1024 * 1024;

/// Reads one response.
pub(super) struct Reading {
    parser: Parser,
    buffer: Vec<u8>,
    origin: Rc<str>,
    /// The last event id that the source knows of.
    told: Rc<str>,
    turns: Turns,
}

impl Reading {
    pub(super) fn new(
        last_event_id: Rc<str>,
        max_event_size: usize,
        origin: Rc<str>,
        turns: Turns,
    ) -> Self {
        Self {
            turns,
            parser: Parser::new(last_event_id.as_bytes().into(), max_event_size),
            buffer: Vec::new(),
            told: last_event_id,
            origin,
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
        self.turns.after_a_chunk().await;
        Ok(())
    }

    async fn hand_over(
        &mut self,
        length: usize,
        line: &Line,
        sink: &Sink,
    ) -> Result<(), Signal<'static>> {
        let mut items = self.parser.parse(&self.buffer[..length]);
        let mut hearing = Hearing {
            line,
            sink,
            origin: &self.origin,
            told: &mut self.told,
            unheard: Unheard::Nothing,
            retry: None,
        };
        let end = loop {
            match hearing.go_on(&mut items, &mut self.turns) {
                Pause::Turn => self.turns.give().await,
                Pause::End => break Ok(()),
                Pause::TooLarge(too_large) => break Err(unreadable(too_large)),
            }
            if !line.is_open.get() {
                return Ok(());
            }
        };
        if line.is_open.get() {
            hearing.tell_retry();
        }
        let unheard = hearing.unheard;
        if line.is_open.get() {
            self.tell_of(unheard, sink);
        }
        end
    }

    /// Tells once for each chunk what nobody listens to.
    fn tell_of(&mut self, unheard: Unheard, sink: &Sink) {
        let last_event_id = self.parser.last_event_id();
        let has_moved_on = !Rc::ptr_eq(last_event_id, &self.told);
        if unheard == Unheard::Nothing && !has_moved_on {
            return;
        }
        let moved_to = has_moved_on.then(|| Provenance::Known {
            last_event_id: Rc::clone(last_event_id),
            origin: Rc::clone(&self.origin),
        });
        self.told.clone_from(last_event_id);
        sink(Signal::Unheard {
            is_event: unheard == Unheard::Event,
            moved_to,
        });
    }
}

/// The reading of one chunk.
struct Hearing<'a> {
    line: &'a Line,
    sink: &'a Sink,
    origin: &'a Rc<str>,
    told: &'a mut Rc<str>,
    unheard: Unheard,
    /// The reconnection time, until it is told: a server may set it again and again, and the last one counts.
    retry: Option<Duration>,
}

/// Why the reading of a chunk stops.
enum Pause {
    /// Others are to have their turn, then there is more.
    Turn,
    /// The chunk is read, or the line is closed.
    End,
    TooLarge(TooLarge),
}

impl Hearing<'_> {
    /// Not asynchronous, nor inlined where it would be: what lives across an `await` lives in memory, and this is the hot
    /// loop.
    #[inline(never)]
    fn go_on(&mut self, items: &mut Items<'_>, turns: &mut Turns) -> Pause {
        while let Some(item) = items.next() {
            match item {
                Ok(Item::Event(frame)) => match self.line.listened_name(&frame) {
                    Some(name) => {
                        self.unheard = Unheard::Nothing;
                        let (id_field, provenance) = (id_field(&frame), self.provenance(&frame));
                        let data = frame.into_data();
                        self.tell_retry();
                        (self.sink)(Signal::Frame(Frame::new(name, provenance, id_field, &data)));
                        if turns.is_due() {
                            return Pause::Turn;
                        }
                    }
                    None if self.line.tells_all_ids.get() && frame.has_own_id() => {
                        self.unheard = Unheard::Nothing;
                        let moved_to = Some(self.provenance(&frame));
                        self.tell_retry();
                        (self.sink)(Signal::Unheard {
                            is_event: true,
                            moved_to,
                        });
                        if turns.is_due() {
                            return Pause::Turn;
                        }
                    }
                    None => self.unheard = Unheard::Event,
                },
                Ok(Item::Comment) => self.unheard = self.unheard.max(Unheard::Comment),
                Ok(Item::Retry(time)) => self.retry = Some(time),
                Err(too_large) => return Pause::TooLarge(too_large),
            }
            if !self.line.is_open.get() {
                break;
            }
        }
        Pause::End
    }

    fn tell_retry(&mut self) {
        if let Some(time) = self.retry.take() {
            (self.sink)(Signal::Retry(time));
        }
    }

    /// Where an event comes from that the source is told of.
    fn provenance(&mut self, frame: &parser::Frame<'_>) -> Provenance {
        self.told.clone_from(frame.last_event_id());
        Provenance::Known {
            last_event_id: Rc::clone(self.told),
            origin: Rc::clone(self.origin),
        }
    }
}

fn id_field(frame: &parser::Frame<'_>) -> IdField {
    if frame.has_own_id() {
        IdField::Present
    } else {
        IdField::Absent
    }
}

fn unreadable(TooLarge { limit }: TooLarge) -> Signal<'static> {
    Signal::Lost {
        error: Error::EventTooLarge { limit },
        outlook: Outlook::Failed { retry_after: None },
    }
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
        names
            .iter()
            .find(|name| frame.is_named(name.as_bytes()))
            .cloned()
    }
}
