//! The ids that were handed over last.

use std::{
    collections::{BTreeSet, VecDeque},
    rc::Rc,
};

use super::IdField;

/// The last ids of the events that were handed over, each of them once, as many as it has room for.
#[derive(Debug)]
pub(super) struct Window {
    room: usize,
    /// In the order in which they came.
    order: VecDeque<Rc<str>>,
    ids: BTreeSet<Rc<str>>,
    /// Of the event before, where there was one in this connection.
    previous: Option<String>,
}

impl Window {
    pub(super) fn new(room: usize, start: &str) -> Self {
        let mut window = Self {
            room,
            order: VecDeque::new(),
            ids: BTreeSet::new(),
            previous: None,
        };
        if !start.is_empty() {
            window.remember(start);
        }
        window
    }

    pub(super) fn connected(&mut self) {
        self.previous = None;
    }

    /// Whether the server has taken the last event id back with this event.
    pub(super) fn is_reset_by(&self, id: &str, field: IdField) -> bool {
        let had_one = self.previous.as_ref().is_some_and(|id| !id.is_empty());
        id.is_empty() && (field == IdField::Present || (field == IdField::Untold && had_one))
    }

    /// Whether an event repeats one that is in the window. If not, it is from now on.
    pub(super) fn has(&mut self, id: &str, field: IdField) -> bool {
        let is_inherited = match field {
            IdField::Present => false,
            IdField::Absent => true,
            // An event without an id of its own has that of the event before, and so has one that is sent twice in a row.
            IdField::Untold => self.previous.as_deref() == Some(id),
        };
        self.passed(id);
        if is_inherited || id.is_empty() {
            return false;
        }
        let has = self.ids.contains(id);
        if !has {
            self.remember(id);
        }
        has
    }

    /// The last event id is this one from now on.
    pub(super) fn passed(&mut self, id: &str) {
        let previous = self.previous.get_or_insert_default();
        previous.clear();
        previous.push_str(id);
    }

    pub(super) fn forget(&mut self) {
        self.order.clear();
        self.ids.clear();
    }

    fn remember(&mut self, id: &str) {
        if self.room == 0 {
            return;
        }
        if self.order.len() == self.room
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        let id = Rc::from(id);
        self.ids.insert(Rc::clone(&id));
        self.order.push_back(id);
    }
}
