//! What JavaScript is told of a chunk: a text of the data and the ids of some events, and where each lies in it. In JavaScript, a
//! slice of a string costs nearly nothing. A string that comes out of wasm costs as much as parsing it. JSON is parsed in half the
//! time if the values of many small events are parsed as one array.

use alloc::vec::Vec;
use core::str;

use typed_eventsource_core::parser::{LineSearch, ParsedEvent, Parser};

use crate::{
    json::{Scanned, scan},
    stream::Unlistened,
};

/// As the start of an id: the last event id is that of the previous record. As the end of an id: the event has no `id` field.
pub(crate) const UNCHANGED: u32 = u32::MAX;

/// As an offset: the value is not in the text, and has to be read from the wasm memory.
pub(crate) const OUT_OF_LINE: u32 = u32::MAX - 1;

/// As a reconnection time: the server has not set one.
pub(crate) const NO_RETRY: u32 = u32::MAX;

/// The largest number of events that one call finds. A call costs as much as parsing one event.
pub(crate) const BATCH: usize = 64;

/// The largest value that is copied into the text of a call, in bytes, and the size at which that text is enough for a call.
const LARGE: usize = 4096;
const ENOUGH: usize = 32 * 1024;

/// What one call has found. JavaScript reads it from the wasm memory: a call for each value would cost more.
#[derive(Debug)]
#[repr(C)]
pub struct Records {
    /// The address and the length of the text that the values of the events lie in. It starts with a JSON array of the data of events
    /// whose data is one JSON value each, if there are any.
    pub(crate) text: [usize; 2],
    /// Where the array ends in the text, in UTF-16 units, and how many elements it has.
    pub(crate) array: [u32; 2],
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

/// An event. Offsets are in UTF-16 units from the start of the text. The data is an element of the array if it ends before the array.
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

/// A text in the making.
#[derive(Debug, Default)]
struct Text {
    bytes: Vec<u8>,
    /// Its length in UTF-16 units.
    units: u32,
}

impl Text {
    fn clear(&mut self) {
        self.bytes.clear();
        self.units = 0;
    }

    /// Appends a part that has this many UTF-16 units. Returns where it starts and ends.
    #[inline(never)]
    fn append(&mut self, part: &[u8], units: u32) -> [u32; 2] {
        let start = self.units;
        self.bytes.extend_from_slice(part);
        self.units += units;
        [start, self.units]
    }
}

/// How many UTF-16 units some bytes have; none if they are not valid UTF-8.
fn units_of(bytes: &[u8], is_ascii: bool) -> Option<u32> {
    if is_ascii {
        return Some(bytes.len() as u32);
    }
    let units = bytes.iter().map(|byte| match byte {
        0x80..0xC0 => 0,
        0xF0.. => 2,
        _ => 1,
    });
    str::from_utf8(bytes).ok().map(|_| units.sum())
}

#[derive(Debug)]
pub(crate) struct RecordWriter {
    pub(crate) records: Records,
    /// The array of the data that is JSON, with the bracket that opens it, and then the text of the last call.
    array: Text,
    /// The other values.
    others: Text,
    /// A bit for each event whose data is in the array.
    in_array: u64,
    /// The data of the last event, if it is out of line.
    pub(crate) data: Vec<u8>,
    /// How often the last event id had changed when it was last told. `None` after going back.
    id_changes: Option<usize>,
}

impl Default for RecordWriter {
    fn default() -> Self {
        Self {
            records: Records {
                text: [0; 2],
                array: [0; 2],
                unlistened: 0,
                retry: NO_RETRY,
                data: [0; 2],
                last_event_id: [0; 2],
                name: [0; 2],
                events: [Record::default(); BATCH],
            },
            array: Text::default(),
            others: Text::default(),
            in_array: 0,
            data: Vec::new(),
            id_changes: Some(0),
        }
    }
}

impl RecordWriter {
    /// Starts with the events of a call.
    pub(crate) fn start(&mut self) {
        self.array.clear();
        self.others.clear();
        self.in_array = 0;
        self.records.retry = NO_RETRY;
    }

    pub(crate) fn go_back(&mut self) {
        self.records.unlistened = Unlistened::Nothing as u32;
        self.id_changes = None;
    }

    /// Whether the text has room for another event.
    pub(crate) fn has_room(&self) -> bool {
        self.array.bytes.len() + self.others.bytes.len() < ENOUGH
    }

    /// The text of the last call.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn text(&self) -> &[u8] {
        &self.array.bytes
    }

    /// Puts the text together, behind the array the other values.
    pub(crate) fn finish(&mut self, count: usize) {
        let values = self.in_array.count_ones();
        if values > 0 {
            self.array.append(b"]", 1);
        }
        let shift = self.array.units;
        self.records.array = [shift, values];
        self.array.append(&self.others.bytes, 0);
        self.records.text = place(&self.array.bytes);
        for (index, event) in self.records.events[..count].iter_mut().enumerate() {
            if event.id_start < OUT_OF_LINE {
                event.id_start += shift;
                event.id_end += shift;
            }
            if event.data_start < OUT_OF_LINE && self.in_array >> index & 1 == 0 {
                event.data_start += shift;
                event.data_end += shift;
            }
        }
    }

    /// Writes the addresses of the values that are out of line. They are valid until the next call.
    pub(crate) fn place_bytes<S: LineSearch>(&mut self, parser: &Parser<S>, name: &[u8]) {
        self.records.name = place(name);
        self.records.data = place(&self.data);
        self.records.last_event_id = place(parser.last_event_id_bytes());
    }

    /// Writes the record of an event, but not its end. The record has the data only if that is wanted, and as an element of the array
    /// only if it may be. Returns whether the id and the data are in the text.
    #[inline]
    pub(crate) fn write<S: LineSearch>(
        &mut self,
        index: usize,
        event: ParsedEvent<'_, S>,
        number: usize,
        wants: Wants,
    ) -> bool {
        let has_own_id = event.has_own_id();
        let id_changes = Some(event.id_changes());
        let id = event.id_in_chunk().filter(|id| id.len() <= LARGE);
        let id = id.and_then(|id| {
            let units = units_of(id, id.is_ascii())?;
            Some(self.others.append(id, units))
        });
        let [data_start, data_end] = match wants {
            Wants::Id => [0; 2],
            Wants::Text | Wants::Json => self.write_data(index, event.into_data_bytes(), wants),
        };
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

    #[inline]
    fn write_data(&mut self, index: usize, data: &[u8], wants: Wants) -> [u32; 2] {
        if data.len() <= LARGE {
            let Scanned { is_ascii, is_value } = match wants {
                Wants::Json => scan(data),
                _ => Scanned {
                    is_ascii: data.is_ascii(),
                    is_value: false,
                },
            };
            if let Some(units) = units_of(data, is_ascii) {
                if !is_value {
                    return self.others.append(data, units);
                }
                let bracket = if self.in_array == 0 { b"[" } else { b"," };
                self.array.append(bracket, 1);
                self.in_array |= 1 << index;
                return self.array.append(data, units);
            }
        }
        // A new vector: the room for a large event is not kept.
        self.data = data.into();
        [OUT_OF_LINE; 2]
    }
}

/// What is wanted of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wants {
    /// Its id alone.
    Id,
    /// Its id and its data.
    Text,
    /// Its id and its data, which is to be parsed as JSON.
    Json,
}
