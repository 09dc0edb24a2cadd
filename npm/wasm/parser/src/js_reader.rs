//! A reader that reads as the JavaScript half does, for tests and fuzzing: it slices the text of each call, and asks for the values
//! that are not in it.

use alloc::{borrow::ToOwned, format, string::String, vec, vec::Vec};
use core::ops::Range;

use crate::{
    records::{NO_RETRY, OUT_OF_LINE, Record, UNCHANGED},
    stream::{Stream, Unlistened},
};

/// The name and the data of an event, the last event id, and whether the event has an `id` field. If only its id is told, the name
/// and the data are empty.
pub type Event = (String, String, String, bool);

/// A stream, read as JavaScript does.
#[derive(Debug)]
pub struct JsReader {
    /// The stream.
    pub stream: Stream,
    /// The numbers of the names that are listened to.
    numbers: Vec<(usize, String)>,
    listens_to_all: bool,
    id: String,
    retry: Option<u32>,
}

impl JsReader {
    /// A reader of a stream that continues after the event with this id.
    pub fn new(id: &str, max_event_size: usize) -> Self {
        Self {
            stream: Stream::new(id.into(), max_event_size),
            numbers: vec![],
            listens_to_all: false,
            id: id.to_owned(),
            retry: None,
        }
    }

    /// Listens to events of a name, from the next one on.
    pub fn listen(&mut self, name: &str) {
        // Names of two letters stand for listeners that do not parse JSON.
        let number = self.stream.listen(name.into(), name.len() != 2);
        let is_taken = self.numbers.iter().any(|(taken, _)| *taken == number);
        assert!(!is_taken, "{number} is another's");
        self.numbers.push((number, name.to_owned()));
    }

    /// Stops listening to events of a name.
    pub fn unlisten(&mut self, name: &str) {
        let Some(index) = self.numbers.iter().position(|(_, known)| known == name) else {
            return;
        };
        self.numbers.remove(index);
        self.stream.unlisten(name.as_bytes());
    }

    /// Listens to events of any name.
    pub fn listen_to_all(&mut self) {
        self.listens_to_all = true;
        self.stream.listen_to_all(true);
    }

    /// Whether an event was too large, so that nothing follows.
    pub fn is_too_large(&self) -> bool {
        self.stream.records().unlistened == Unlistened::TooLarge as u32
    }

    /// The reconnection time that the server has set since this was last asked, in milliseconds.
    pub fn take_retry(&mut self) -> Option<u32> {
        self.retry.take()
    }

    /// Reads one chunk. Calls `goes_back` after each event; it may listen to other names. If it returns true, the reader goes back
    /// to the end of that event, and reads the rest of the chunk again.
    pub fn read(
        &mut self,
        chunk: &[u8],
        mut goes_back: impl FnMut(&mut Self) -> bool,
    ) -> Vec<Event> {
        self.stream.push(chunk.to_vec());
        let mut events = vec![];
        loop {
            let count = self.stream.next();
            let text: Vec<u16> = decoded(self.stream.text()).encode_utf16().collect();
            let slice = |range: Range<u32>| {
                String::from_utf16(&text[range.start as usize..range.end as usize])
                    .expect("no surrogate pair is cut")
            };
            let [array_end, values] = self.stream.records().array;
            let is_value = |event: &&Record| event.data_end < array_end;
            let in_array = self.stream.records().events[..count]
                .iter()
                .filter(is_value);
            let in_array: Vec<_> = in_array
                .map(|event| slice(event.data_start..event.data_end))
                .collect();
            assert_eq!(in_array.len(), values as usize);
            if values > 0 {
                assert_eq!(slice(0..array_end), format!("[{}]", in_array.join(",")));
            }
            let retry = self.stream.records().retry;
            if retry != NO_RETRY {
                self.retry = Some(retry);
            }
            if count == 0 {
                return events;
            }
            for index in 0..count {
                let Record {
                    number,
                    data_start,
                    data_end,
                    id_start,
                    id_end,
                    end,
                } = self.stream.records().events[index];
                match id_start {
                    UNCHANGED => {}
                    OUT_OF_LINE => self.id = decoded(self.stream.last_event_id()),
                    _ => self.id = slice(id_start..id_end),
                }
                let has_own_id = id_end != UNCHANGED;
                let data = match data_start {
                    _ if number == 0 && !self.listens_to_all => String::new(),
                    OUT_OF_LINE => decoded(self.stream.data()),
                    _ => slice(data_start..data_end),
                };
                let mut known = self.numbers.iter();
                let name = match number {
                    0 if self.listens_to_all => decoded(self.stream.name()),
                    0 => String::new(),
                    _ => known
                        .find(|(known, _)| *known == number as usize)
                        .expect("a number that was given out")
                        .1
                        .clone(),
                };
                events.push((name, data, self.id.clone(), has_own_id));
                if goes_back(self) {
                    self.stream.go_back(end as usize, self.id.as_bytes());
                    break;
                }
            }
        }
    }
}

/// Decodes UTF-8 as JavaScript does: with replacement characters for what is invalid.
pub fn decoded(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
