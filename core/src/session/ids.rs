//! The ids of events: those that were delivered, and the highest.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::mem;

use super::io::IdField;

/// Events that were missed while there was no connection, by the ids of the events around them. So is a server that counts
/// from the start again: then [`missed`](Self::missed) is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// The highest id before it.
    pub after: String,
    /// The first id after it. If the server counts from the start again, this one is not higher.
    pub before: String,
    /// How many ids lie between the two. 0 if the server counts from the start again, since then nobody knows.
    pub missed: u64,
}

impl Gap {
    /// A gap of this many ids between these two, for tests of code that handles gaps.
    #[must_use]
    pub fn new(after: impl Into<String>, before: impl Into<String>, missed: u64) -> Self {
        Self {
            after: after.into(),
            before: before.into(),
            missed,
        }
    }
}

/// A number that is made of an event's data, by which data that differs is noticed. It is FNV-1a.
#[must_use]
pub fn digest(data: &str) -> u32 {
    data.bytes().fold(0x811c_9dc5, |digest, byte| {
        (digest ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// The ids of one source so far.
#[derive(Debug)]
pub(super) struct Ids {
    window: Window,
    sequence: Sequence,
}

/// Whether an event is new, by its id.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Freshness {
    New(Option<Gap>),
    Duplicate,
}

impl Ids {
    /// The ids of a source that continues after the event with the id `start`, which may be empty, and that remembers
    /// `window` ids.
    pub(super) fn new(window: usize, start: &str) -> Self {
        Self {
            window: Window::new(window, start),
            sequence: Sequence::new(start),
        }
    }

    /// Starts a new connection.
    pub(super) fn connected(&mut self) {
        self.window.previous = None;
        self.sequence.is_first_of_connection = true;
        self.sequence.begins_again = None;
    }

    /// Whether ids are remembered.
    pub(super) fn has_window(&self) -> bool {
        self.window.capacity > 0
    }

    /// Takes the id of an event that has listeners, and the digest of its data.
    pub(super) fn observe(&mut self, id: &str, field: IdField, digest: u32) -> Freshness {
        if self.window.is_reset_by(id, field) {
            self.forget();
        }
        let is_inherited = self.window.is_inherited(id, field);
        self.window.set_previous(id);
        if !is_inherited {
            self.sequence.note(id);
        }
        let known = if is_inherited || id.is_empty() {
            Known::No
        } else {
            self.window.insert(id, digest)
        };
        if known == Known::No {
            return Freshness::New(self.sequence.advance_to(id));
        }
        if known == Known::WithOtherData
            && let Some(gap) = self.sequence.restart_at(id, field)
        {
            self.forget();
            self.window.remember(id, Some(digest));
            self.sequence = Sequence::new(id);
            return Freshness::New(Some(gap));
        }
        Freshness::Duplicate
    }

    /// Takes a last event id that has changed without an event that has listeners.
    pub(super) fn advance_to(&mut self, id: &str) -> Option<Gap> {
        if id.is_empty() {
            self.forget();
        }
        self.window.set_previous(id);
        self.sequence.note(id);
        self.sequence.advance_to(id)
    }

    /// Forgets all ids: the server has reset the last event id, and may count from the start again.
    fn forget(&mut self) {
        self.window.forget();
        self.sequence = Sequence::new("");
    }
}

/// The last ids of delivered events, each of them once, up to the capacity.
#[derive(Debug)]
struct Window {
    capacity: usize,
    /// In the order of arrival. At the capacity, the next one replaces the oldest.
    ids: Vec<Delivered>,
    oldest: usize,
    /// The indices of `ids`, sorted by id. A search tree is no faster at the sizes that windows have, and adds three
    /// kilobytes of wasm.
    sorted: Vec<usize>,
    /// The id of the previous event, if there was one in this connection.
    previous: Option<String>,
}

#[derive(Debug, Default)]
struct Delivered {
    id: String,
    /// Of the event's data, unless it was delivered to an earlier source.
    digest: Option<u32>,
}

/// Whether an event with this id was delivered.
#[derive(PartialEq, Eq)]
enum Known {
    No,
    Yes,
    WithOtherData,
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
            window.remember(start, None);
        }
        window
    }

    /// Whether the server has reset the last event id with this event.
    fn is_reset_by(&self, id: &str, field: IdField) -> bool {
        let had_one = self.previous.as_ref().is_some_and(|id| !id.is_empty());
        id.is_empty() && (field == IdField::Present || (field == IdField::Unknown && had_one))
    }

    /// Whether an event has its id from the previous one.
    fn is_inherited(&self, id: &str, field: IdField) -> bool {
        match field {
            IdField::Present => false,
            IdField::Absent => true,
            // An event without an `id` field has the id of the previous event, and so does one that is sent twice in a
            // row.
            IdField::Unknown => self.previous.as_deref() == Some(id),
        }
    }

    /// Whether the id of an event is in the window. If not, it is added.
    fn insert(&mut self, id: &str, digest: u32) -> Known {
        let Ok(index) = self.find(id) else {
            self.remember(id, Some(digest));
            return Known::No;
        };
        let delivered = self.ids[self.sorted[index]].digest;
        if delivered.is_none_or(|delivered| delivered == digest) {
            Known::Yes
        } else {
            Known::WithOtherData
        }
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

    fn remember(&mut self, id: &str, digest: Option<u32>) {
        if self.capacity == 0 {
            return;
        }
        let mut place = self.ids.len();
        if place < self.capacity {
            self.ids.push(Delivered::default());
        } else {
            place = self.oldest;
            self.oldest = (place + 1) % self.capacity;
            self.sorted.retain(|other| *other != place);
        }
        if let Err(index) = self.find(id) {
            self.sorted.insert(index, place);
        }
        let oldest = &mut self.ids[place];
        oldest.id.clear();
        oldest.id.push_str(id);
        oldest.digest = digest;
    }

    fn find(&self, id: &str) -> Result<usize, usize> {
        self.sorted
            .binary_search_by(|place| self.ids[*place].id.as_str().cmp(id))
    }
}

/// The highest id of a source, if its ids are decimal integers.
#[derive(Debug)]
struct Sequence {
    highest: Option<Highest>,
    lowest: Option<u64>,
    /// Whether no event has had a higher id since the connection was made.
    is_first_of_connection: bool,
    /// Whether the first id of the connection is no higher than any before. `None` until there is one.
    begins_again: Option<bool>,
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
            lowest: highest.as_ref().map(|highest| highest.number),
            highest,
            is_first_of_connection: false,
            begins_again: None,
        }
    }

    /// Notes an id, whatever follows from it.
    fn note(&mut self, id: &str) {
        let Some(number) = number(id) else {
            return;
        };
        let is_lowest = self.lowest.is_some_and(|lowest| number <= lowest);
        self.begins_again.get_or_insert(is_lowest);
        if is_lowest {
            self.lowest = Some(number);
        }
    }

    /// Takes the next id, whatever it is. Only the first higher id of a connection can end a gap: within a connection
    /// the server knows what it leaves out.
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

    /// The gap before an event whose id was delivered with other data, if the server counts from the start again: the connection
    /// began where ids begin, and nothing shows that it has gone on. A server that only sends events again begins later, or sends
    /// what it has sent before, and then goes on beyond the highest id.
    fn restart_at(&self, id: &str, field: IdField) -> Option<Gap> {
        let highest = self.highest.as_ref()?;
        let number = number(id)?;
        // Without an `id` field, an event has the highest id from the connection before.
        let is_sent_before =
            number < highest.number || (number == highest.number && field == IdField::Present);
        let counts_again = self.is_first_of_connection && self.begins_again == Some(true);
        (counts_again && is_sent_before).then(|| Gap {
            after: highest.id.clone(),
            before: id.to_owned(),
            missed: 0,
        })
    }
}

/// Parses an id that consists of digits.
fn number(id: &str) -> Option<u64> {
    let mut number = (!id.is_empty()).then_some(0_u64)?;
    for byte in id.bytes() {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        // Not a checked multiplication: in wasm that takes 128 bits.
        number = (number <= u64::MAX / 10)
            .then(|| number * 10)?
            .checked_add(digit)?;
    }
    Some(number)
}
