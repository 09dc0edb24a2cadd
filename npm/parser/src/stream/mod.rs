//! The parser, for whoever has the same bytes as a string of JavaScript too.

#[cfg(test)]
mod tests;
mod text;

use alloc::vec::Vec;
use core::mem;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::parser::{self, Frame, Item};
use text::Text;

/// In place of an offset: the id is the same as with the event before. In place of its end: the event has no `id` of its
/// own.
pub(crate) const UNCHANGED: u32 = u32::MAX;

/// In place of an offset: the value does not lie in the text, and is to be asked for.
pub(crate) const ASIDE: u32 = u32::MAX - 1;

/// Reads one event stream: [`push`](Self::push) a chunk, then ask for the [`next`](Self::next) events in it until there
/// are none.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Parser {
    parser: parser::Parser,
    /// By number, less one.
    names: Vec<Option<Vec<u8>>>,
    tells_all_ids: bool,
    chunk: Vec<u8>,
    /// Where to go on in the chunk; `None` before its start.
    next: Option<usize>,
    pub(crate) told: Told,
    heard: Heard,
    retry: Option<f64>,
}

/// What has come since the last event that somebody listens to.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub enum Heard {
    Nothing = "nothing",
    Comment = "comment",
    Event = "event",
    /// An event is too large: nothing follows.
    TooLarge = "tooLarge",
}

#[wasm_bindgen]
impl Parser {
    /// A parser for a stream that goes on where another has ended. No event may have more than `max_event_size` bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(last_event_id: Vec<u8>, max_event_size: usize) -> Self {
        Self {
            parser: parser::Parser::new(last_event_id, max_event_size),
            names: Vec::new(),
            tells_all_ids: false,
            chunk: Vec::new(),
            next: None,
            told: Told::default(),
            heard: Heard::Nothing,
            retry: None,
        }
    }

    /// Where the [`Records`] lie in memory.
    #[wasm_bindgen(getter)]
    pub fn records(&self) -> usize {
        core::ptr::from_ref(&self.told.records) as usize
    }

    /// Listens to events of this name, from the next one on. Answers by which number they are told.
    pub fn listen(&mut self, name: Vec<u8>) -> usize {
        let free = self.names.iter().position(Option::is_none);
        let index = free.unwrap_or_else(|| {
            self.names.push(None);
            self.names.len() - 1
        });
        self.names[index] = Some(name);
        index + 1
    }

    pub fn unlisten(&mut self, number: usize) {
        if let Some(name) = self.names.get_mut(number.wrapping_sub(1)) {
            *name = None;
        }
    }

    /// Tells of all events with an `id` of their own from now on: by the number 0 and without their data, where nobody
    /// listens to them.
    #[wasm_bindgen(js_name = tellAllIds)]
    pub fn tell_all_ids(&mut self) {
        self.tells_all_ids = true;
    }

    pub fn push(&mut self, chunk: Vec<u8>) {
        self.told.start(&chunk);
        self.chunk = chunk;
        self.next = None;
        self.heard = Heard::Nothing;
    }

    /// Finds the next events of the chunk, of which the [`Records`] tell; none at its end. What is not in the text can
    /// be asked for of the last of them alone.
    #[expect(
        clippy::should_implement_trait,
        reason = "JavaScript has no iterators over numbers"
    )]
    pub fn next(&mut self) -> usize {
        self.find()
    }

    /// Goes back in the chunk to where an event ends, to find what follows anew: who listens has changed.
    #[wasm_bindgen(js_name = goBack)]
    pub fn go_back(&mut self, to: usize, last_event_id: &[u8]) {
        self.parser.go_back(last_event_id);
        self.told.go_back();
        self.heard = Heard::Nothing;
        self.next = Some(to);
    }

    /// The data of the event, where it does not lie in the text.
    #[wasm_bindgen(js_name = takeData)]
    pub fn take_data(&mut self) -> Vec<u8> {
        mem::take(&mut self.told.data)
    }

    #[wasm_bindgen(getter, js_name = lastEventId)]
    pub fn last_event_id(&self) -> Vec<u8> {
        self.parser.last_event_id_bytes().into()
    }

    #[wasm_bindgen(getter)]
    pub fn heard(&self) -> Heard {
        self.heard
    }

    /// The reconnection time that the server has set since this was last asked.
    #[wasm_bindgen(js_name = takeRetry)]
    pub fn take_retry(&mut self) -> Option<f64> {
        self.retry.take()
    }
}

impl Parser {
    /// As [`next`](Self::next) does. All that it calls is compiled into it, and may then use the same instructions.
    #[cfg_attr(
        all(target_arch = "wasm32", feature = "simd"),
        target_feature(enable = "simd128")
    )]
    fn find(&mut self) -> usize {
        let chunk = self.chunk.as_slice();
        let mut items = match self.next {
            None => self.parser.parse(chunk),
            Some(next) => self.parser.resume(&chunk[next..]),
        };
        let mut count = 0;
        while count < BATCH {
            let Some(item) = items.next() else {
                self.next = Some(chunk.len());
                break;
            };
            match item {
                Ok(Item::Event(frame)) => {
                    let number = match number_of(&self.names, &frame) {
                        Some(number) => number,
                        None if self.tells_all_ids && frame.has_own_id() => 0,
                        None => {
                            self.heard = Heard::Event;
                            continue;
                        }
                    };
                    self.heard = Heard::Nothing;
                    let [data, id] = self.told.event(chunk, frame, number > 0);
                    let next = chunk.len() - items.rest().len();
                    self.told.records.events[count] =
                        [number as u32, data[0], data[1], id[0], id[1], next as u32];
                    self.next = Some(next);
                    count += 1;
                    if data[0] == ASIDE || id[0] == ASIDE {
                        break;
                    }
                }
                Ok(Item::Comment) => {
                    if matches!(self.heard, Heard::Nothing) {
                        self.heard = Heard::Comment;
                    }
                }
                Ok(Item::Retry(time)) => self.retry = Some(time.as_secs_f64() * 1000.0),
                Err(_) => {
                    self.heard = Heard::TooLarge;
                    self.next = Some(chunk.len());
                    break;
                }
            }
        }
        count
    }
}

fn number_of(names: &[Option<Vec<u8>>], frame: &Frame<'_>) -> Option<usize> {
    let is_it = |name: &Option<Vec<u8>>| name.as_ref().is_some_and(|name| frame.is_named(name));
    names.iter().position(is_it).map(|index| index + 1)
}

/// How many events are told at once at the most: each call out of wasm costs as much as parsing one.
const BATCH: usize = 64;

/// What JavaScript reads where it lies, since each call costs.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Records {
    /// The start and the end of the text in the chunk, in bytes.
    pub(crate) text: [u32; 2],
    /// Of each event the number of its name, the start and the end of its data and of its id in the text, in UTF-16
    /// units, and where it ends in the chunk, in bytes.
    pub(crate) events: [[u32; 6]; BATCH],
}

/// What JavaScript is told of a chunk: where in its text the events have what. A string that is a part of another costs
/// nearly nothing there, one that comes out of wasm as much as parsing it.
#[derive(Debug)]
pub(crate) struct Told {
    text: Text,
    pub(crate) records: Records,
    data: Vec<u8>,
    /// How many there were when an id was last told.
    id_changes: Option<usize>,
}

impl Default for Told {
    fn default() -> Self {
        Self {
            text: Text::default(),
            records: Records {
                text: [0; 2],
                events: [[0; 6]; BATCH],
            },
            data: Vec::new(),
            id_changes: Some(0),
        }
    }
}

impl Told {
    fn start(&mut self, chunk: &[u8]) {
        self.text = Text::of(chunk);
        self.records.text = [self.text.start as u32, self.text.end as u32];
    }

    fn go_back(&mut self) {
        self.text.go_back();
        self.id_changes = None;
    }

    /// Where the event has its data, which may not be wanted, and its id.
    fn event(&mut self, chunk: &[u8], frame: Frame<'_>, with_data: bool) -> [[u32; 2]; 2] {
        let has_own_id = frame.has_own_id();
        let id = frame.id_in_chunk();
        let data = frame.data_in_chunk();
        let id_changes = Some(frame.id_changes());
        // The text is gone through once.
        let id_is_first = id.map(<[u8]>::as_ptr) < data.map(<[u8]>::as_ptr);
        let mut place = |part: Option<&[u8]>| part.and_then(|part| self.text.place(chunk, part));
        let (id, data) = if id_is_first {
            let id = place(id);
            (id, place(data))
        } else {
            let data = place(data);
            (place(id), data)
        };
        let data = data.unwrap_or_else(|| {
            if !with_data {
                return [0; 2];
            }
            self.data = frame.into_data_bytes().into();
            [ASIDE; 2]
        });
        let mut id = id.unwrap_or([ASIDE; 2]);
        if !has_own_id {
            if id_changes == self.id_changes {
                id[0] = UNCHANGED;
            }
            id[1] = UNCHANGED;
        }
        self.id_changes = id_changes;
        [data, id]
    }
}
