//! Reads all events of streams, whatever their names.

use alloc::{borrow::ToOwned, vec::Vec};
use core::ops::Range;

use typed_eventsource_core::parser::{self, Item};

use crate::stream::Search;

/// How many events are told at once at the most: each call out of wasm costs as much as parsing one.
const BATCH: usize = 64;

/// The most bytes of a chunk.
const CAPACITY: usize = 16 * 1024;

/// In place of a value that there is not.
const NONE: usize = usize::MAX;

/// Written and read by JavaScript where it lies. A value is two addresses: that of its first byte, and that behind its last one.
#[derive(Debug)]
#[repr(C)]
pub struct Exchange {
    /// The reconnection time that the server has set in the chunk, in milliseconds.
    retry: usize,
    /// How many comments there were in the chunk, or the largest number once an event was too large.
    comments: usize,
    /// The last event id at the end of the chunk, if it has changed since the last event.
    id: [usize; 2],
    events: [Event; BATCH],
    chunk: [u8; CAPACITY],
}

/// The values of the last event may lie anywhere, until its stream goes on. Those of the others lie in the chunk.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Event {
    /// None for the same name as that of the event before.
    name: [usize; 2],
    data: [usize; 2],
    /// The last event id, if it has changed since the event before.
    id: [usize; 2],
}

impl Default for Readers {
    fn default() -> Self {
        Self::new()
    }
}

/// The streams that are open, by number, and what is exchanged about the one in use: write a chunk, [`push`](Self::push) it, then
/// ask for the [`next`](Self::next) events in it while there are more.
#[derive(Debug)]
pub struct Readers {
    open: Vec<Option<Reader>>,
    exchange: Exchange,
}

#[derive(Debug)]
struct Reader {
    parser: parser::Parser<Search>,
    /// The name of the last event.
    name: Vec<u8>,
    /// How many changes of the last event id were told.
    id_changes: usize,
    /// The part of the chunk that is still to be read.
    rest: Range<usize>,
}

impl Readers {
    /// Without streams.
    pub const fn new() -> Self {
        let nowhere = Event {
            name: [0; 2],
            data: [0; 2],
            id: [0; 2],
        };
        Self {
            open: Vec::new(),
            exchange: Exchange {
                retry: 0,
                comments: 0,
                id: [0; 2],
                events: [nowhere; BATCH],
                chunk: [0; CAPACITY],
            },
        }
    }

    /// Where JavaScript reads and writes.
    pub fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// Opens a stream and answers with its number. It goes on where another has ended, whose last event id was written as the chunk.
    /// No event may have more than `max_event_size` bytes.
    pub fn open(&mut self, id_len: usize, max_event_size: usize) -> usize {
        let id = self.exchange.chunk[..id_len].into();
        let reader = Some(Reader {
            parser: parser::Parser::new(id, max_event_size),
            name: b"message".into(),
            id_changes: 0,
            rest: 0..0,
        });
        let number = self.open.iter().position(Option::is_none);
        match number {
            Some(number) => self.open[number] = reader,
            None => self.open.push(reader),
        }
        number.unwrap_or(self.open.len() - 1)
    }

    /// Closes a stream. Its number is free for another.
    pub fn close(&mut self, number: usize) {
        self.open[number] = None;
    }

    /// Goes on with a chunk of this length, and finds its first events.
    pub fn push(&mut self, number: usize, len: usize) -> usize {
        self.exchange.retry = NONE;
        self.exchange.comments = 0;
        self.find(number, Some(len))
    }

    /// Finds the next events of the chunk. Answers with twice their number, and one more if there may be more of them.
    pub fn next(&mut self, number: usize) -> usize {
        self.find(number, None)
    }

    #[inline(never)]
    #[cfg_attr(
        all(target_arch = "wasm32", feature = "simd"),
        target_feature(enable = "simd128")
    )]
    fn find(&mut self, number: usize, len: Option<usize>) -> usize {
        let Some(Some(reader)) = self.open.get_mut(number) else {
            return 0;
        };
        let Exchange {
            retry,
            comments,
            id: last_id,
            events,
            chunk,
        } = &mut self.exchange;
        let mut items = match len {
            Some(len) => {
                reader.rest = 0..len;
                reader.parser.parse(&chunk[..len])
            }
            None => reader.parser.resume(&chunk[reader.rest.clone()]),
        };
        let (mut count, mut has_more) = (0, true);
        let (mut is_in_chunk, mut has_other_id) = (true, false);
        while has_more && is_in_chunk && count < BATCH {
            match items.next() {
                Some(Ok(Item::Event(event))) => {
                    let found = &mut events[count];
                    found.id = [NONE; 2];
                    if reader.id_changes != event.id_changes() {
                        reader.id_changes = event.id_changes();
                        match event.id_in_chunk() {
                            Some(id) => found.id = place(id),
                            None => has_other_id = true,
                        }
                    }
                    found.name = [NONE; 2];
                    let name = event.name_bytes();
                    if name != reader.name {
                        is_in_chunk = chunk.as_ptr_range().contains(&name.as_ptr());
                        found.name = place(name);
                        name.clone_into(&mut reader.name);
                    }
                    is_in_chunk &= !has_other_id && event.data_in_chunk().is_some();
                    found.data = place(event.into_data_bytes());
                    count += 1;
                }
                Some(Ok(Item::Comment)) => *comments += 1,
                Some(Ok(Item::Retry(time))) => {
                    // At most 49 days.
                    *retry = (time.as_nanos() / 1_000_000).min(NONE as u64 - 1) as usize;
                }
                Some(Err(_)) => {
                    *comments = NONE;
                    has_more = false;
                }
                None => has_more = false,
            }
        }
        reader.rest.start = reader.rest.end - items.rest().len();
        *last_id = [NONE; 2];
        if has_other_id {
            events[count - 1].id = place(reader.parser.last_event_id_bytes());
        } else if !has_more && reader.id_changes != reader.parser.id_changes() {
            reader.id_changes = reader.parser.id_changes();
            *last_id = place(reader.parser.last_event_id_bytes());
        }
        2 * count + usize::from(has_more)
    }

    /// Whether a stream has ended within an event. It then is the first that was found, without an id.
    pub fn end(&mut self, number: usize) -> bool {
        let Some(Some(reader)) = self.open.get_mut(number) else {
            return false;
        };
        let Some(event) = reader.parser.unfinished() else {
            return false;
        };
        self.exchange.events[0] = Event {
            name: place(event.name_bytes()),
            data: place(event.data_bytes()),
            id: [NONE; 2],
        };
        true
    }
}

/// Where bytes lie in memory.
fn place(bytes: &[u8]) -> [usize; 2] {
    let start = bytes.as_ptr() as usize;
    [start, start + bytes.len()]
}
