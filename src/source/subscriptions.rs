//! Who listens to which name.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use super::slots::{Slot, Slots};
use crate::{DecodeError, Error, transport::Frame};

/// Hands a frame to one subscriber.
pub(super) type FrameCallback = dyn FnMut(&Frame<'_>) -> Reception;

/// What a subscriber makes of a frame.
#[derive(Debug)]
pub(super) enum Reception {
    /// It does not look at the data.
    Ignored,
    Decoded,
    Failed(Failure),
}

impl Reception {
    /// A failure that the subscriber does not tell of.
    pub(super) fn failed(error: DecodeError) -> Self {
        let heard = false;
        Self::Failed(Failure { error, heard })
    }
}

/// A subscriber could not decode a frame.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: DecodeError,
    /// Whether the subscriber tells of it by itself.
    pub(super) heard: bool,
}

/// The callbacks for each name that somebody listens to.
#[derive(Default)]
pub(super) struct Subscriptions(RefCell<BTreeMap<String, Rc<Slots<FrameCallback>>>>);

impl Subscriptions {
    /// Adds a callback, and tells whether it is the first for its name.
    pub(super) fn add(
        &self,
        name: &str,
        callback: Box<FrameCallback>,
    ) -> (Rc<Slot<FrameCallback>>, bool) {
        let mut names = self.0.borrow_mut();
        let is_first = !names.contains_key(name);
        let slots = names.entry(name.to_owned()).or_default();
        (slots.add(callback), is_first)
    }

    /// Removes a callback, and tells whether it was the last for its name.
    pub(super) fn remove(&self, name: &str, slot: &Slot<FrameCallback>) -> bool {
        let Some(slots) = self.get(name) else {
            return false;
        };
        slots.remove(slot);
        // What was dropped with the callback may have changed who listens.
        let mut names = self.0.borrow_mut();
        let is_last = slots.is_empty()
            && names
                .get(name)
                .is_some_and(|listed| Rc::ptr_eq(listed, &slots));
        if is_last {
            names.remove(name);
        }
        is_last
    }

    pub(super) fn get(&self, name: &str) -> Option<Rc<Slots<FrameCallback>>> {
        self.0.borrow().get(name).cloned()
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.0.borrow().keys().cloned().collect()
    }

    pub(super) fn recover(&self) {
        let all: Vec<_> = self.0.borrow().values().cloned().collect();
        all.iter().for_each(|slots| slots.recover());
    }

    pub(super) fn clear(&self) {
        let all = self.0.take();
        all.values().for_each(|slots| slots.clear());
    }
}

/// Whether a message can have this name.
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    if matches!(name, "" | "open" | "error") || name.contains(['\n', '\r']) {
        Err(Error::InvalidEventName {
            name: name.to_owned(),
        })
    } else {
        Ok(())
    }
}
