//! Reads as JavaScript does, for tests and fuzzing: slices of the text where it lies there, what is aside asked for.

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};
use core::ops::Range;

use crate::stream::{ASIDE, Parser, UNCHANGED};

/// Name, data and id of an event, and whether that id is its own. Without name and data where its id alone is told.
pub(crate) type Event = (String, String, String, bool);

pub(crate) struct Page {
    pub(crate) parser: Parser,
    /// The names that are listened to, and by which number each is told.
    numbers: Vec<(usize, String)>,
    id: String,
}

impl Page {
    pub(crate) fn new(id: &str, max_event_size: usize) -> Self {
        Self {
            parser: Parser::new(id.into(), max_event_size),
            numbers: vec![],
            id: id.to_owned(),
        }
    }

    pub(crate) fn listen(&mut self, name: &str) {
        let number = self.parser.listen(name.into());
        let is_taken = self.numbers.iter().any(|(taken, _)| *taken == number);
        assert!(!is_taken, "{number} is another's");
        self.numbers.push((number, name.to_owned()));
    }

    pub(crate) fn unlisten(&mut self, name: &str) {
        let Some(index) = self.numbers.iter().position(|(_, known)| known == name) else {
            return;
        };
        let (number, _) = self.numbers.remove(index);
        self.parser.unlisten(number);
    }

    /// Reads one chunk. Goes back behind each event after which `goes_back` says so, which may listen to other names.
    pub(crate) fn read(
        &mut self,
        chunk: &[u8],
        mut goes_back: impl FnMut(&mut Self) -> bool,
    ) -> Vec<Event> {
        self.parser.push(chunk.to_vec());
        let [start, end] = self.parser.told.records.text.map(|offset| offset as usize);
        let text: Vec<u16> = decoded(&chunk[start..end]).encode_utf16().collect();
        let slice = |range: Range<u32>| {
            String::from_utf16(&text[range.start as usize..range.end as usize])
                .expect("no surrogate pair is cut")
        };
        let mut events = vec![];
        loop {
            let count = self.parser.next();
            if count == 0 {
                return events;
            }
            for index in 0..count {
                let [number, data_start, data_end, id_start, id_end, end] =
                    self.parser.told.records.events[index];
                match id_start {
                    UNCHANGED => {}
                    ASIDE => self.id = decoded(&self.parser.last_event_id()),
                    _ => self.id = slice(id_start..id_end),
                }
                let has_own_id = id_end != UNCHANGED;
                let data = match data_start {
                    _ if number == 0 => String::new(),
                    ASIDE => decoded(&self.parser.take_data()),
                    _ => slice(data_start..data_end),
                };
                let mut known = self.numbers.iter();
                let name = match number {
                    0 => String::new(),
                    _ => known
                        .find(|(known, _)| *known == number as usize)
                        .expect("a number that was given out")
                        .1
                        .clone(),
                };
                events.push((name, data, self.id.clone(), has_own_id));
                if goes_back(self) {
                    self.parser.go_back(end as usize, self.id.as_bytes());
                    break;
                }
            }
        }
    }
}

/// Lossy, as JavaScript's own decoder is.
pub(crate) fn decoded(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
