//! A stream whose events are told by their places in a text.

#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use typed_eventsource_core::parser::{self, Item};

use crate::{
    names::{Names, Number},
    records::{BATCH, NO_RETRY, RecordWriter, Records, Wants, place},
};

#[cfg(all(target_arch = "wasm32", feature = "simd"))]
pub(crate) type Search = parser::Simd;
#[cfg(not(all(target_arch = "wasm32", feature = "simd")))]
pub(crate) type Search = parser::Scalar;

/// Whether JSON is told from other data. The engine in JavaScript would take longer for it than is saved.
const TELLS_JSON: bool = cfg!(any(feature = "simd", not(target_arch = "wasm32")));

/// Reads one event stream: [`push`](Self::push) a chunk, then ask for the [`next`](Self::next) events in it until there
/// are none.
#[derive(Debug)]
pub struct Stream {
    parser: parser::Parser<Search>,
    names: Names,
    tracks_ids: bool,
    listens_to_all: bool,
    /// The name that `Records::name` tells.
    name: Vec<u8>,
    /// The data to look for in events that nobody listens to. Empty if there is none.
    terminal_data: Vec<u8>,
    chunk: Vec<u8>,
    /// Where to continue in the chunk. `None` if nothing of it was read yet.
    next: Option<usize>,
    writer: RecordWriter,
    unheard: Unheard,
}

/// What has come in a chunk of events that nobody listens to. JavaScript reads it from the wasm memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Unheard {
    /// How many they are.
    pub events: u32,
    /// How many of them follow the last one that has an `id` field.
    pub since_id: u32,
    /// Where the last of them ends in the chunk, in bytes; the end of the chunk if nothing follows but comments.
    pub end: u32,
}

/// What has come in a chunk since the last event that somebody listens to. JavaScript knows it by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlistened {
    /// Nothing.
    Nothing,
    /// A comment.
    Comment,
    /// An event, and perhaps a comment.
    Event,
    /// An event is too large: nothing follows.
    TooLarge,
    /// The [terminal data](Stream::look_for): nothing follows.
    TerminalData,
}

impl Stream {
    /// A stream that continues after the event with this id. No event may have more than `max_event_size` bytes.
    pub fn new(last_event_id: Vec<u8>, max_event_size: usize) -> Self {
        Self {
            parser: parser::Parser::new(last_event_id, max_event_size),
            names: Names::default(),
            tracks_ids: false,
            listens_to_all: false,
            name: Vec::new(),
            terminal_data: Vec::new(),
            chunk: Vec::new(),
            next: None,
            writer: RecordWriter::default(),
            unheard: Unheard::default(),
        }
    }

    /// What the last call of [`next`](Self::next) has found.
    pub fn records(&self) -> &Records {
        &self.writer.records
    }

    /// Listens to events of a name, from the next one on. Returns the number that their records have. If their data is to be parsed as
    /// JSON, it comes in an array where that is possible.
    pub fn listen(&mut self, name: Vec<u8>, is_json: bool) -> usize {
        self.names.add(name, is_json)
    }

    /// Stops listening to events of a name.
    pub fn unlisten(&mut self, name: &[u8]) {
        self.names.remove(name);
    }

    /// From now on, every event with an `id` field has a record. If nobody listens to the event, the record has the number 0 and no
    /// data.
    pub fn track_ids(&mut self) {
        self.tracks_ids = true;
    }

    /// Starts or stops listening to events of any name. If the name of an event has no number, the record has the number 0, and is
    /// the last that [`next`](Self::next) writes, since only the name of the last event is told.
    pub fn listen_to_all(&mut self, listens_to_all: bool) {
        self.listens_to_all = listens_to_all;
        self.name.clear();
    }

    /// Looks for this data in events that nobody listens to. If there is such an event, the rest of its chunk is not read.
    pub fn look_for(&mut self, terminal_data: Vec<u8>) {
        self.terminal_data = terminal_data;
    }

    /// Returns whether the stream has ended within an event. If so, [`Records`] tells the event's data, and its name in place of the
    /// last event id.
    pub fn end(&mut self) -> bool {
        let Some(event) = self.parser.unfinished() else {
            return false;
        };
        self.writer.records.data = place(event.data_bytes());
        self.writer.records.last_event_id = place(event.name_bytes());
        true
    }

    /// Takes the next chunk. Not inlined, so that it is compiled for speed.
    #[inline(never)]
    pub fn push(&mut self, chunk: Vec<u8>) {
        self.writer.records.unlistened = Unlistened::Nothing as u32;
        self.chunk = chunk;
        self.next = None;
        self.unheard = Unheard::default();
    }

    /// What has come in the chunk, which was read to its end, of events that nobody listens to.
    pub fn unheard(&mut self) -> &Unheard {
        if self.parser.is_between_events() {
            self.unheard.end = self.chunk.len() as u32;
        }
        &self.unheard
    }

    /// Goes back in the chunk to where an event ends, since other names are listened to now. The events that follow are found again.
    pub fn go_back(&mut self, to: usize, last_event_id: &[u8]) {
        self.parser.go_back(last_event_id);
        self.writer.go_back();
        self.next = Some(to);
        self.name.clear();
        self.writer.place_bytes(&self.parser, &self.name);
    }

    /// The text of the events that were found last.
    #[cfg(any(test, feature = "testing"))]
    pub fn text(&self) -> &[u8] {
        self.writer.text()
    }

    /// The data of the last event that was found, if it is out of line.
    pub fn data(&self) -> &[u8] {
        &self.writer.data
    }

    /// The name of the last event that was found, if it has no number.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// The last event id.
    pub fn last_event_id(&self) -> &[u8] {
        self.parser.last_event_id_bytes()
    }

    /// Finds the next events of the chunk, and writes their [`Records`]. Returns how many there are: none at the end of the chunk.
    /// Only the last of them can have values that are out of line.
    ///
    /// The functions that it calls are inlined, so that they may use the same instructions.
    #[expect(clippy::should_implement_trait, reason = "it returns a number")]
    #[cfg_attr(
        all(target_arch = "wasm32", feature = "simd"),
        target_feature(enable = "simd128")
    )]
    pub fn next(&mut self) -> usize {
        self.writer.start();
        let chunk = self.chunk.as_slice();
        let mut items = match self.next {
            None => self.parser.parse(chunk),
            Some(next) => self.parser.resume(&chunk[next..]),
        };
        let mut count = 0;
        while count < BATCH && self.writer.has_room() {
            let Some(item) = items.next() else {
                self.next = Some(chunk.len());
                break;
            };
            match item {
                Ok(Item::Event(mut event)) => {
                    let (number, wants) = match self.names.number_of(&event) {
                        // The terminal data is compared by JavaScript.
                        Some(Number { number, is_json })
                            if TELLS_JSON
                                && is_json
                                && (self.terminal_data.is_empty()
                                    || event.data_bytes() != self.terminal_data) =>
                        {
                            (number, Wants::Json)
                        }
                        Some(Number { number, .. }) => (number, Wants::Text),
                        None if !self.terminal_data.is_empty()
                            && event.data_bytes() == self.terminal_data =>
                        {
                            self.writer.records.unlistened = Unlistened::TerminalData as u32;
                            self.next = Some(chunk.len());
                            break;
                        }
                        None if self.listens_to_all => {
                            self.name = event.name_bytes().into();
                            (0, Wants::Text)
                        }
                        None if self.tracks_ids && event.has_own_id() => (0, Wants::Id),
                        None => {
                            if self.name.is_empty() {
                                self.name = event.name_bytes().into();
                            }
                            self.writer.records.unlistened = Unlistened::Event as u32;
                            let has_id = event.has_own_id();
                            let unheard = &mut self.unheard;
                            unheard.events += 1;
                            unheard.since_id = if has_id { 0 } else { unheard.since_id + 1 };
                            unheard.end = (chunk.len() - items.rest().len()) as u32;
                            continue;
                        }
                    };
                    self.writer.records.unlistened = Unlistened::Nothing as u32;
                    let is_new_name = number == 0 && self.listens_to_all;
                    let is_in_text = self.writer.write(count, event, number, wants);
                    let next = chunk.len() - items.rest().len();
                    self.writer.records.events[count].end = next as u32;
                    self.next = Some(next);
                    count += 1;
                    if !is_in_text || is_new_name {
                        break;
                    }
                }
                Ok(Item::Comment) => {
                    let unlistened = &mut self.writer.records.unlistened;
                    *unlistened = (*unlistened).max(Unlistened::Comment as u32);
                }
                Ok(Item::Retry(time)) => {
                    // At most 49 days.
                    let milliseconds = time.as_nanos() / 1_000_000;
                    self.writer.records.retry = milliseconds.min(u64::from(NO_RETRY) - 1) as u32;
                }
                Err(_) => {
                    self.writer.records.unlistened = Unlistened::TooLarge as u32;
                    self.next = Some(chunk.len());
                    break;
                }
            }
        }
        if count == 0 && self.name.is_empty() && self.names.contains(self.parser.dropped_name()) {
            self.name = self.parser.dropped_name().into();
        }
        self.writer.finish(count);
        self.writer.place_bytes(&self.parser, &self.name);
        count
    }
}
