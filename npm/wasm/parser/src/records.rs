//! What JavaScript is told of a chunk: where the data and the ids of its events lie in its text. In JavaScript, a slice of a string
//! costs nearly nothing. A string that comes out of wasm costs as much as parsing it.

use alloc::vec::Vec;

use typed_eventsource_core::parser::{LineSearch, ParsedEvent, Parser};

use crate::text::Text;

/// As the start of an id: the last event id is that of the previous record. As the end of an id: the event has no `id` field.
pub(crate) const UNCHANGED: u32 = u32::MAX;

/// As an offset: the value is not in the text, and has to be read from the wasm memory.
pub(crate) const OUT_OF_LINE: u32 = u32::MAX - 1;

/// As a reconnection time: the server has not set one.
pub(crate) const NO_RETRY: u32 = u32::MAX;

/// The largest number of events that one call finds. A call costs as much as parsing one event.
pub(crate) const BATCH: usize = 64;

/// What one call has found. JavaScript reads it from the wasm memory: a call for each value would cost more.
#[derive(Debug)]
#[repr(C)]
pub struct Records {
    /// The start and the end of the text in the chunk, in bytes.
    pub(crate) text: [u32; 2],
    /// What has come since the last event that somebody listens to: an [`Unlistened`](crate::Unlistened).
    pub(crate) unlistened: u32,
    /// The reconnection time that the server has set, in milliseconds; otherwise [`NO_RETRY`].
    pub(crate) retry: u32,
    /// The address and the length of the last event's data, if it is [out of line](OUT_OF_LINE).
    pub(crate) data: [usize; 2],
    /// The address and the length of the last event id.
    pub(crate) last_event_id: [usize; 2],
    /// The address and the length of a name: that of the last event, if only listeners of all events hear it. Otherwise the name of
    /// an event that nobody listens to, if there was one.
    pub(crate) name: [usize; 2],
    pub(crate) events: [Record; BATCH],
}

/// An event. Offsets are in UTF-16 units from the start of the text.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Record {
    /// The number of its name; 0 if that has none, or if only its id is told.
    pub(crate) number: u32,
    pub(crate) data_start: u32,
    pub(crate) data_end: u32,
    pub(crate) id_start: u32,
    pub(crate) id_end: u32,
    /// Where the event ends in the chunk, in bytes.
    pub(crate) end: u32,
}

/// The address and the length of some bytes.
pub(crate) fn place(bytes: &[u8]) -> [usize; 2] {
    [bytes.as_ptr() as usize, bytes.len()]
}

#[derive(Debug)]
pub(crate) struct RecordWriter {
    text: Text,
    pub(crate) records: Records,
    /// The data of the last event, if it is out of line.
    pub(crate) data: Vec<u8>,
    /// How often the last event id had changed when it was last told. `None` after going back.
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

    /// Writes the addresses of the values that are out of line. They are valid until the next call.
    pub(crate) fn place_bytes<S: LineSearch>(&mut self, parser: &Parser<S>, name: &[u8]) {
        self.records.name = place(name);
        self.records.data = place(&self.data);
        self.records.last_event_id = place(parser.last_event_id_bytes());
    }

    /// Writes the record of an event, but not its end. The record has the data only if that is wanted. Returns whether the id and the
    /// data are in the text.
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
        // The text takes its parts in their order.
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
