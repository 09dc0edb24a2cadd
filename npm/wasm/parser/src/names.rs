//! The names that somebody listens to.

use alloc::vec::Vec;

use typed_eventsource_core::parser::{LineSearch, ParsedEvent};

/// Each name has a number from 1 on, by which its events are told. The number of a name that goes is free for another.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// In the order of the names.
    numbers: Vec<(Vec<u8>, usize)>,
    free: Vec<usize>,
    /// Where the name of the last event was found: the next one often has the same.
    last: usize,
}

impl Names {
    /// Adds a name that is not there yet.
    pub(crate) fn add(&mut self, name: Vec<u8>) -> usize {
        let number = self.free.pop().unwrap_or(self.numbers.len() + 1);
        let index = self.index_of(&name).unwrap_or_else(|index| index);
        self.numbers.insert(index, (name, number));
        number
    }

    pub(crate) fn remove(&mut self, name: &[u8]) {
        if let Ok(index) = self.index_of(name) {
            self.free.push(self.numbers.remove(index).1);
        }
    }

    pub(crate) fn number_of<S: LineSearch>(&mut self, event: &ParsedEvent<'_, S>) -> Option<usize> {
        let is_it = |(name, _): &&(Vec<u8>, usize)| event.is_named(name);
        if let Some((_, number)) = self.numbers.get(self.last).filter(is_it) {
            return Some(*number);
        }
        let name = event.name_bytes();
        self.last = match self.index_of(name) {
            Ok(index) => index,
            Err(_) if name.is_ascii() => return None,
            // It may not be valid UTF-8.
            Err(_) => self.numbers.iter().position(|known| is_it(&known))?,
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
