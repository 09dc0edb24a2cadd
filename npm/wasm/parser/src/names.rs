//! The names of events that are listened to.

use alloc::vec::Vec;

use typed_eventsource_core::parser::{LineSearch, ParsedEvent};

/// The number of a name, and whether the data of its events is parsed as JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number {
    pub(crate) number: usize,
    pub(crate) is_json: bool,
}

/// Each name has a number, from 1 on. The records of its events have this number. The number of a removed name is free for another.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// The names with their numbers, sorted by name.
    numbers: Vec<(Vec<u8>, Number)>,
    free: Vec<usize>,
    /// The index of the last event's name: the next event often has the same name.
    last: usize,
}

impl Names {
    /// Adds a name that is not there yet.
    pub(crate) fn add(&mut self, name: Vec<u8>, is_json: bool) -> usize {
        let number = self.free.pop().unwrap_or(self.numbers.len() + 1);
        let index = self.index_of(&name).unwrap_or_else(|index| index);
        self.numbers
            .insert(index, (name, Number { number, is_json }));
        number
    }

    pub(crate) fn remove(&mut self, name: &[u8]) {
        if let Ok(index) = self.index_of(name) {
            self.free.push(self.numbers.remove(index).1.number);
        }
    }

    pub(crate) fn number_of<S: LineSearch>(
        &mut self,
        event: &ParsedEvent<'_, S>,
    ) -> Option<Number> {
        let is_its_name = |(name, _): &&(Vec<u8>, Number)| event.is_named(name);
        if let Some((_, number)) = self.numbers.get(self.last).filter(is_its_name) {
            return Some(*number);
        }
        let name = event.name_bytes();
        self.last = match self.index_of(name) {
            Ok(index) => index,
            Err(_) if name.is_ascii() => return None,
            // A name that is not valid UTF-8 is compared after decoding.
            Err(_) => self.numbers.iter().position(|known| is_its_name(&known))?,
        };
        Some(self.numbers[self.last].1)
    }

    pub(crate) fn contains(&self, name: &[u8]) -> bool {
        self.index_of(name).is_ok()
    }

    fn index_of(&self, name: &[u8]) -> Result<usize, usize> {
        self.numbers
            .binary_search_by(|(other, _)| other.as_slice().cmp(name))
    }
}
