//! From chunks to events.

use std::{rc::Rc, sync::Arc};

use js_sys::Uint8Array;
use typed_eventsource_core::{
    FailureClass, IdField, Loss, Span,
    parser::{self, Item, TooLarge},
};

use super::{AttemptShared, Pace, response_body::ResponseBody};
use crate::{
    Error, Event, UndecodedEvent,
    event::EventMeta,
    event_id::EventId,
    transport::{Frame, FrameData, TransportEvent},
    yielder::Yielder,
};

#[cfg(not(all(feature = "simd", target_arch = "wasm32")))]
type LineSearch = parser::Scalar;
#[cfg(all(feature = "simd", target_arch = "wasm32"))]
type LineSearch = parser::Simd;

type Parser = parser::Parser<LineSearch>;
type Items<'a> = parser::Items<'a, LineSearch>;
type ParsedEvent<'a> = parser::ParsedEvent<'a, LineSearch>;

/// The most bytes of a chunk that are copied into wasm's memory at once: they stay in the processor's cache until they are read,
/// and that memory never shrinks.
const MAX_SLICE: u32 = 64 * 1024;

/// After how many events that the source was told about to look at the clock, which costs as much as a small event.
const EVENTS_PER_LOOK: usize = 32;

/// Reads one response.
pub(super) struct ResponseReader {
    parser: Parser,
    buffer: Vec<u8>,
    origin: Rc<str>,
    /// The last event id that the source knows: how many times an `id` had changed it.
    known_id: usize,
    yielder: Yielder,
    events_since_yield: usize,
}

impl ResponseReader {
    pub(super) fn new(
        last_event_id: &str,
        max_event_size: usize,
        origin: Rc<str>,
        yielder: Yielder,
    ) -> Self {
        Self {
            parser: Parser::new(last_event_id.as_bytes().into(), max_event_size),
            buffer: Vec::new(),
            origin,
            known_id: 0,
            yielder,
            events_since_yield: 0,
        }
    }

    /// Emits the events of a chunk, unless the source is gone. An error is the [`TransportEvent`] that ends the connection, for the
    /// caller to emit. While other tasks have their turn, the body is read ahead, unless the source is held back.
    pub(super) async fn read(
        &mut self,
        chunk: &Uint8Array,
        body: &mut ResponseBody,
        shared: &AttemptShared,
    ) -> Result<(), TransportEvent<'static>> {
        let at = self.yielder.note_chunk();
        let (mut start, chunk_end) = (0, chunk.length());
        while start < chunk_end && shared.is_open() {
            let end = chunk_end.min(start.saturating_add(MAX_SLICE));
            let length = (end - start) as usize;
            if self.buffer.len() < length {
                self.buffer.resize(length, 0);
            }
            chunk
                .subarray(start, end)
                .copy_to(&mut self.buffer[..length]);
            shared.emit(TransportEvent::Read { bytes: length, at });
            self.read_slice(length, body, shared).await?;
            start = end;
            if self.yielder.is_late() {
                body.read_during(self.yielder.yield_now()).await;
                self.events_since_yield = 0;
            }
        }
        Ok(())
    }

    async fn read_slice(
        &mut self,
        length: usize,
        body: &mut ResponseBody,
        shared: &AttemptShared,
    ) -> Result<(), TransportEvent<'static>> {
        let mut items = self.parser.parse(&self.buffer[..length]);
        let mut reader = SliceReader {
            shared,
            origin: &self.origin,
            known_id: &mut self.known_id,
            events_since_yield: &mut self.events_since_yield,
            is_told: false,
            unlistened: Unlistened::Nothing,
            retry: None,
        };
        let end = loop {
            shared.wait_for_room().await;
            match reader.read_on(&mut items, &self.yielder) {
                ReadStep::Yield if shared.is_held_back() => {
                    shared.wait_for_room().await;
                    self.yielder.yield_now().await;
                }
                ReadStep::Yield => {
                    body.read_during(self.yielder.yield_now()).await;
                    *reader.events_since_yield = 0;
                }
                ReadStep::End => break Ok(()),
                ReadStep::TooLarge(too_large) => break Err(unreadable(too_large)),
            }
            if !shared.is_open() {
                return Ok(());
            }
        };
        reader.emit_retry();
        let (unlistened, is_told) = (reader.unlistened, reader.is_told);
        self.emit_dropped_name(shared);
        self.emit_unlistened(unlistened, is_told, shared);
        end
    }

    /// Waits until there is room, and then lets other tasks have a turn.
    pub(super) async fn let_others_run(&mut self, shared: &AttemptShared) {
        shared.wait_for_room().await;
        self.yielder.yield_now().await;
    }

    /// Reports a block that was to be an event for listeners, but had no data.
    fn emit_dropped_name(&self, shared: &AttemptShared) {
        let name = String::from_utf8_lossy(self.parser.dropped_name());
        let is_listened = || {
            shared
                .names
                .borrow()
                .iter()
                .any(|listened| **listened == *name)
        };
        if !name.is_empty() && is_listened() && !shared.has_unheard.replace(true) {
            shared.emit(TransportEvent::Unheard { name: &name });
        }
    }

    /// The unfinished event at the end of the response.
    pub(super) fn unfinished(&mut self) -> Option<UndecodedEvent> {
        let unfinished = self.parser.unfinished()?;
        let (name, data) = (
            unfinished.name().into_owned(),
            unfinished.data().into_owned(),
        );
        let meta = EventMeta::Eager {
            last_event_id: self.last_event_id(),
            origin: Rc::clone(&self.origin),
        };
        let event = Event::new(&*data, name.into(), meta);
        Some(UndecodedEvent::from(&event))
    }

    fn last_event_id(&self) -> EventId {
        EventId::new(self.parser.last_event_id_bytes(), || {
            Arc::clone(self.parser.last_event_id())
        })
    }

    /// Reports once for each slice what it had besides events with listeners: events without listeners, comments, a new last event
    /// id. A slice that had none of these is reported too if the source was told of no event in it: every byte is a sign of life,
    /// even one within an event.
    fn emit_unlistened(&mut self, unlistened: Unlistened, is_told: bool, shared: &AttemptShared) {
        let id_changes = self.parser.id_changes();
        let has_changed = id_changes != self.known_id;
        if is_told && unlistened == Unlistened::Nothing && !has_changed {
            return;
        }
        let meta = has_changed.then(|| EventMeta::Eager {
            last_event_id: self.last_event_id(),
            origin: Rc::clone(&self.origin),
        });
        self.known_id = id_changes;
        shared.emit(TransportEvent::Unlistened {
            is_event: unlistened == Unlistened::Event,
            meta,
        });
    }
}

/// The reading of one slice of a chunk.
struct SliceReader<'a> {
    shared: &'a AttemptShared,
    origin: &'a Rc<str>,
    known_id: &'a mut usize,
    events_since_yield: &'a mut usize,
    /// Whether the source was told of an event of this slice.
    is_told: bool,
    unlistened: Unlistened,
    /// The reconnection time, until it is reported: a server may set it many times, and the last one counts.
    retry: Option<Span>,
}

/// Why the reading of a slice stops.
enum ReadStep {
    /// Other tasks should run before the rest is read.
    Yield,
    /// Everything is read, or the source is gone.
    End,
    TooLarge(TooLarge),
}

/// What has arrived since the last event that has listeners.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unlistened {
    Nothing,
    Comment,
    Event,
}

impl SliceReader<'_> {
    /// Neither async nor inlined into async code: variables that live across an `await` live in memory, and this is the
    /// hot loop.
    #[inline(never)]
    fn read_on(&mut self, items: &mut Items<'_>, yielder: &Yielder) -> ReadStep {
        while let Some(item) = items.next() {
            match item {
                Ok(Item::Event(event)) => {
                    if self.read_event(event) && self.should_yield(yielder) {
                        return ReadStep::Yield;
                    }
                }
                Ok(Item::Comment) => self.unlistened = self.unlistened.max(Unlistened::Comment),
                Ok(Item::Retry(time)) => self.retry = Some(time),
                Err(too_large) => return ReadStep::TooLarge(too_large),
            }
            match self.shared.pace.get() {
                Pace::Reading => {}
                Pace::HeldBack => return ReadStep::Yield,
                Pace::Closed => break,
            }
        }
        ReadStep::End
    }

    /// Reads an event, and returns whether the source was told about it.
    #[inline]
    fn read_event(&mut self, event: ParsedEvent<'_>) -> bool {
        if let Some(name) = self.shared.listened_name(&event) {
            self.emit_event(name, event);
            true
        } else {
            self.read_unlistened(event)
        }
    }

    #[inline]
    fn emit_event(&mut self, name: Rc<str>, event: ParsedEvent<'_>) {
        let (id_field, meta) = (id_field(&event), self.meta(&event));
        let data = event.into_data();
        self.emit_retry();
        let frame = Frame::new(name, meta, id_field, FrameData::Text(&data));
        self.shared.emit(TransportEvent::Event(&frame));
        self.unlistened = Unlistened::Nothing;
        self.is_told = true;
    }

    /// Reads an event whose name has no listeners. It is not inlined: `event` has to be in memory for it alone.
    #[inline(never)]
    fn read_unlistened(&mut self, mut event: ParsedEvent<'_>) -> bool {
        if let Some(name) = self.shared.unlistened_name(&mut event) {
            self.emit_event(name, event);
            return true;
        }
        if self.shared.reports_all_ids.get() && event.has_own_id() {
            let meta = Some(self.meta(&event));
            self.emit_retry();
            self.shared.emit(TransportEvent::Unlistened {
                is_event: true,
                meta,
            });
            self.unlistened = Unlistened::Nothing;
            self.is_told = true;
            return true;
        }
        if !self.shared.has_unheard.replace(true) {
            let name = &event.name();
            self.shared.emit(TransportEvent::Unheard { name });
        }
        self.unlistened = Unlistened::Event;
        false
    }

    /// Counts an event, and returns whether to let other tasks run.
    fn should_yield(&mut self, yielder: &Yielder) -> bool {
        *self.events_since_yield += 1;
        let events = *self.events_since_yield;
        events >= self.shared.max_events.get()
            || (events.is_multiple_of(EVENTS_PER_LOOK) && yielder.is_late())
    }

    fn emit_retry(&mut self) {
        if let Some(time) = self.retry.take() {
            self.shared.emit(TransportEvent::Retry(time));
        }
    }

    /// Notes the id of an event that the source is told about, and returns the event's metadata.
    fn meta(&mut self, event: &ParsedEvent<'_>) -> EventMeta {
        *self.known_id = event.id_changes();
        EventMeta::Eager {
            last_event_id: EventId::new(event.last_event_id_bytes(), || {
                Arc::clone(event.last_event_id())
            }),
            origin: Rc::clone(self.origin),
        }
    }
}

fn id_field(event: &ParsedEvent<'_>) -> IdField {
    if event.has_own_id() {
        IdField::Present
    } else {
        IdField::Absent
    }
}

fn unreadable(TooLarge { limit }: TooLarge) -> TransportEvent<'static> {
    TransportEvent::Lost {
        error: Error::EventTooLarge { limit },
        loss: Loss::Fail {
            class: FailureClass::Hopeless,
            retry_after: None,
        },
    }
}

impl AttemptShared {
    /// The name of this event, which has no listeners, if somebody listens to events of any name, or if its data says that
    /// the server has finished.
    fn unlistened_name(&self, event: &mut ParsedEvent<'_>) -> Option<Rc<str>> {
        let terminal = self.terminal_data.as_deref();
        let is_wanted = self.listens_to_all.get()
            || terminal.is_some_and(|data| event.data_bytes() == data.as_bytes());
        is_wanted.then(|| event.name().into())
    }

    /// The name of this event, if it has listeners.
    fn listened_name(&self, event: &ParsedEvent<'_>) -> Option<Rc<str>> {
        let names = self.names.borrow();
        names
            .iter()
            .find(|name| event.is_named(name.as_bytes()))
            .cloned()
    }
}
