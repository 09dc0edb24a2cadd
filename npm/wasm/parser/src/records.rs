//! What JavaScript is told of a chunk: where in its text the events have what. A string that is a part of another costs
//! nearly nothing there, one that comes out of wasm as much as parsing it.

use alloc::vec::Vec;

use typed_eventsource_core::parser::{LineSearch, ParsedEvent, Parser};

use crate::text::Text;

/// In place of an offset: the id is the same as with the event before. In place of its end: the event has no `id` field.
pub(crate) const UNCHANGED: u32 = u32::MAX;

/// In place of an offset: the value does not lie in the text, and is to be asked for.
pub(crate) const OUT_OF_LINE: u32 = u32::MAX - 1;

/// In place of a reconnection time.
pub(crate) const NO_RETRY: u32 = u32::MAX;

/// How many events are told at once at the most: each call out of wasm costs as much as parsing one.
pub(crate) const BATCH: usize = 64;

/// Read by JavaScript where it lies, since each call costs.
#[derive(Debug)]
#[repr(C)]
pub struct Records {
    /// The start and the end of the text in the chunk, in bytes.
    pub(crate) text: [u32; 2],
    /// What has come since the last event that somebody listens to: an [`Unlistened`](crate::Unlistened).
    pub(crate) unlistened: u32,
    /// The reconnection time that the server has set, in milliseconds; otherwise the largest number.
    pub(crate) retry: u32,
    /// Where what is out of line lies in memory, and how long it is: the data of the last event, and the last event id.
    pub(crate) data: [usize; 2],
    pub(crate) last_event_id: [usize; 2],
    /// The name of the last event, where that has no number because nobody listens to its name alone. Otherwise the name of an
    /// event that nobody listens to, if there was one.
    pub(crate) name: [usize; 2],
    pub(crate) events: [Record; BATCH],
}

/// Offsets are in UTF-16 units from the start of the text.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Record {
    /// Of its name; 0 for a name that has none, or where only its id is told.
    pub(crate) number: u32,
    pub(crate) data_start: u32,
    pub(crate) data_end: u32,
    pub(crate) id_start: u32,
    pub(crate) id_end: u32,
    /// Where the event ends in the chunk, in bytes.
    pub(crate) end: u32,
}

/// Where bytes lie in memory.
pub(crate) fn place(bytes: &[u8]) -> [usize; 2] {
    [bytes.as_ptr() as usize, bytes.len()]
}

#[derive(Debug)]
pub(crate) struct RecordWriter {
    text: Text,
    pub(crate) records: Records,
    /// That of the last event, where it is out of line.
    pub(crate) data: Vec<u8>,
    /// How many changes there were when an id was last told.
    id_changes: Option<usize>,
}

impl Default for RecordWriter {
    fn default() -> Self {
        Self {
            text: Text::default(),
            records: Records {
                text: [0; 2],
                unlistened: 0,
                retry: NO_RETRY,
                data: [0; 2],
                last_event_id: [0; 2],
                name: [0; 2],
                events: [Record::default(); BATCH],
            },
            data: Vec::new(),
            id_changes: Some(0),
        }
    }
}

impl RecordWriter {
    pub(crate) fn start(&mut self, chunk: &[u8]) {
        self.text = Text::of(chunk);
        self.records.unlistened = 0;
        self.records.text = [self.text.start as u32, self.text.end as u32];
    }

    pub(crate) fn go_back(&mut self) {
        self.records.unlistened = 0;
        self.text.go_back();
        self.id_changes = None;
    }

    /// Writes where in memory to find what is out of line, until the next call.
    pub(crate) fn place_bytes<S: LineSearch>(&mut self, parser: &Parser<S>, name: &[u8]) {
        self.records.name = place(name);
        self.records.data = place(&self.data);
        self.records.last_event_id = place(parser.last_event_id_bytes());
    }

    /// Writes where the event has its id and, if that is wanted, its data, but not where it ends. Answers whether all of it is
    /// in the text.
    pub(crate) fn write<S: LineSearch>(
        &mut self,
        index: usize,
        chunk: &[u8],
        event: ParsedEvent<'_, S>,
        number: usize,
        wants_data: bool,
    ) -> bool {
        let has_own_id = event.has_own_id();
        let id = event.id_in_chunk();
        let data = event.data_in_chunk();
        let id_changes = Some(event.id_changes());
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
        let [data_start, data_end] = data.unwrap_or_else(|| {
            if !wants_data {
                return [0; 2];
            }
            self.data = event.into_data_bytes().into();
            [OUT_OF_LINE; 2]
        });
        let [mut id_start, mut id_end] = id.unwrap_or([OUT_OF_LINE; 2]);
        if !has_own_id {
            if id_changes == self.id_changes {
                id_start = UNCHANGED;
            }
            id_end = UNCHANGED;
        }
        self.id_changes = id_changes;
        self.records.events[index] = Record {
            number: number as u32,
            data_start,
            data_end,
            id_start,
            id_end,
            end: 0,
        };
        data_start != OUT_OF_LINE && id_start != OUT_OF_LINE
    }
}
