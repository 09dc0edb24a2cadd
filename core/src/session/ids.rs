//! The ids of events: which were delivered, and how far they go.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::mem;

use super::io::IdField;

/// Events that were missed while there was no connection, as the ids of those around them tell.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// The highest id before it.
    pub after: String,
    /// The first id behind it.
    pub before: String,
    /// How many ids lie between the two.
    pub missed: u64,
}

impl Gap {
    /// Of so many ids between these two, for tests of what handles one.
    #[must_use]
    pub fn new(after: impl Into<String>, before: impl Into<String>, missed: u64) -> Self {
        Self {
            after: after.into(),
            before: before.into(),
            missed,
        }
    }
}

/// The ids of one source so far.
#[derive(Debug)]
pub(super) struct Ids {
    window: Window,
    sequence: Sequence,
}

/// What the id of an event says of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Freshness {
    New(Option<Gap>),
    Duplicate,
}

impl Ids {
    /// For a source that goes on after the event with the id `start`, which may be empty, and that remembers so many ids.
    pub(super) fn new(window: usize, start: &str) -> Self {
        Self {
            window: Window::new(window, start),
            sequence: Sequence::new(start),
        }
    }

    /// A connection begins.
    pub(super) fn connected(&mut self) {
        self.window.previous = None;
        self.sequence.is_first_of_connection = true;
    }

    /// An event has come for those who listen to it.
    pub(super) fn observe(&mut self, id: &str, field: IdField) -> Freshness {
        if self.window.is_reset_by(id, field) {
            self.forget();
        }
        if self.window.has(id, field) {
            return Freshness::Duplicate;
        }
        Freshness::New(self.sequence.advance_to(id))
    }

    /// The last event id has changed with something that nobody listens to.
    pub(super) fn advance_to(&mut self, id: &str) -> Option<Gap> {
        if id.is_empty() {
            self.forget();
        }
        self.window.set_previous(id);
        self.sequence.advance_to(id)
    }

    /// The server has taken the last event id back, and may count from the start again.
    fn forget(&mut self) {
        self.window.forget();
        self.sequence = Sequence::new("");
    }
}

/// The last ids of the events that were delivered, each of them once, as many as it has room for.
#[derive(Debug)]
struct Window {
    capacity: usize,
    /// As they came; once there are as many as there is room for, the next one replaces the oldest.
    ids: Vec<String>,
    oldest: usize,
    /// Where they are, in their own order. A search tree is no faster at the sizes that windows have, and weighs three
    /// kilobytes in wasm.
    sorted: Vec<usize>,
    /// The id of the event before, where there was one in this connection.
    previous: Option<String>,
}

impl Window {
    fn new(capacity: usize, start: &str) -> Self {
        let mut window = Self {
            capacity,
            ids: Vec::new(),
            oldest: 0,
            sorted: Vec::new(),
            previous: None,
        };
        if !start.is_empty() {
            window.remember(start);
        }
        window
    }

    /// Whether the server has taken the last event id back with this event.
    fn is_reset_by(&self, id: &str, field: IdField) -> bool {
        let had_one = self.previous.as_ref().is_some_and(|id| !id.is_empty());
        id.is_empty() && (field == IdField::Present || (field == IdField::Unknown && had_one))
    }

    /// Whether an event repeats one that is in the window. If not, it is from now on.
    fn has(&mut self, id: &str, field: IdField) -> bool {
        let is_inherited = match field {
            IdField::Present => false,
            IdField::Absent => true,
            // An event without an `id` field has the id of the event before, and so has one that is sent twice in a row.
            IdField::Unknown => self.previous.as_deref() == Some(id),
        };
        self.set_previous(id);
        if is_inherited || id.is_empty() {
            return false;
        }
        let has = self.find(id).is_ok();
        if !has {
            self.remember(id);
        }
        has
    }

    fn set_previous(&mut self, id: &str) {
        let previous = self.previous.get_or_insert_default();
        previous.clear();
        previous.push_str(id);
    }

    fn forget(&mut self) {
        self.ids.clear();
        self.oldest = 0;
        self.sorted.clear();
    }

    fn remember(&mut self, id: &str) {
        if self.capacity == 0 {
            return;
        }
        let mut place = self.ids.len();
        if place < self.capacity {
            self.ids.push(String::new());
        } else {
            place = self.oldest;
            self.oldest = (place + 1) % self.capacity;
            self.sorted.retain(|other| *other != place);
        }
        if let Err(index) = self.find(id) {
            self.sorted.insert(index, place);
        }
        let oldest = &mut self.ids[place];
        oldest.clear();
        oldest.push_str(id);
    }

    fn find(&self, id: &str) -> Result<usize, usize> {
        self.sorted
            .binary_search_by(|place| self.ids[*place].as_str().cmp(id))
    }
}

/// How far the ids of a source go, where they are decimal integers.
#[derive(Debug)]
struct Sequence {
    highest: Option<Highest>,
    /// No event has gone further since the connection was made.
    is_first_of_connection: bool,
}

#[derive(Debug)]
struct Highest {
    number: u64,
    id: String,
}

impl Sequence {
    fn new(start: &str) -> Self {
        let highest = number(start).map(|number| Highest {
            number,
            id: start.to_owned(),
        });
        Self {
            highest,
            is_first_of_connection: false,
        }
    }

    /// The next id, which may be any. Within a connection the server knows what it leaves out.
    fn advance_to(&mut self, id: &str) -> Option<Gap> {
        let number = number(id)?;
        let Some(highest) = &mut self.highest else {
            *self = Self::new(id);
            return None;
        };
        let missed = number.checked_sub(highest.number)?.checked_sub(1)?;
        let is_gap = mem::take(&mut self.is_first_of_connection) && missed > 0;
        let gap = is_gap.then(|| Gap {
            after: highest.id.clone(),
            before: id.to_owned(),
            missed,
        });
        highest.number = number;
        highest.id.clear();
        highest.id.push_str(id);
        gap
    }
}

/// The number that an id is: digits, and no sign.
fn number(id: &str) -> Option<u64> {
    let mut number = (!id.is_empty()).then_some(0_u64)?;
    for byte in id.bytes() {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        // Without a multiplication that checks: in wasm it is one of 128 bits.
        number = (number <= u64::MAX / 10)
            .then(|| number * 10)?
            .checked_add(digit)?;
    }
    Some(number)
}
