//! The subscribers of each name: its listeners and its streams.

use std::{cell::RefCell, rc::Rc};

use super::callbacks::{CallbackList, Slot};
use crate::{DecodeError, Error, Event, by_name::ByName, payload::Decode, transport::Frame};

/// Delivers a frame to one subscriber.
pub(super) type FrameCallback = dyn FnMut(&Frame<'_>) -> DeliveryOutcome;

/// The names of the events to listen to.
#[derive(Clone, Copy)]
pub(super) enum Names<'a> {
    These(&'a [&'a str]),
    All,
}

/// What a subscriber did with a frame.
#[derive(Debug)]
pub(super) enum DeliveryOutcome {
    /// It ignored the data.
    Ignored,
    Decoded,
    Failed(DecodeFailure),
}

/// A subscriber could not decode a frame.
#[derive(Debug)]
pub(super) struct DecodeFailure {
    pub(super) error: DecodeError,
    /// Whether the subscriber reports it, as an item of its stream.
    pub(super) is_reported: bool,
}

/// Decodes a frame, and calls a callback with it.
pub(super) fn deliver<T>(
    frame: &Frame<'_>,
    decode: Decode<T>,
    callback: &mut impl FnMut(Event<T>),
) -> DeliveryOutcome {
    let event = frame.event();
    match decode(&event) {
        Ok(data) => {
            callback(event.map(|_| data));
            DeliveryOutcome::Decoded
        }
        Err(error) => DeliveryOutcome::Failed(DecodeFailure {
            error,
            is_reported: false,
        }),
    }
}

/// The callbacks for each name that has subscribers.
#[derive(Default)]
pub(super) struct Subscriptions(RefCell<ByName<Rc<CallbackList<FrameCallback>>>>);

impl Subscriptions {
    /// Adds a callback, and returns whether it is the first for its name.
    pub(super) fn add(
        &self,
        name: &Rc<str>,
        callback: Box<FrameCallback>,
    ) -> (Rc<Slot<FrameCallback>>, bool) {
        let mut names = self.0.borrow_mut();
        if let Some(callbacks) = names.get(name) {
            return (callbacks.add(callback), false);
        }
        let callbacks = Rc::<CallbackList<_>>::default();
        let slot = callbacks.add(callback);
        names.insert(name, callbacks);
        (slot, true)
    }

    /// Removes a callback, and returns whether it was the last for its name.
    pub(super) fn remove(&self, name: &str, slot: &Slot<FrameCallback>) -> bool {
        let Some(callbacks) = self.get(name) else {
            return false;
        };
        callbacks.remove(slot);
        // Dropping the callback may have changed the subscribers.
        let mut names = self.0.borrow_mut();
        let is_last = callbacks.is_empty()
            && names
                .get(name)
                .is_some_and(|listed| Rc::ptr_eq(listed, &callbacks));
        if is_last {
            names.remove(name);
        }
        is_last
    }

    pub(super) fn get(&self, name: &str) -> Option<Rc<CallbackList<FrameCallback>>> {
        self.0.borrow().get(name).cloned()
    }

    pub(super) fn names(&self) -> Vec<Rc<str>> {
        let names = self.0.borrow();
        names.iter().map(|(name, _)| Rc::clone(name)).collect()
    }

    pub(super) fn clear(&self) {
        let all = self.0.take();
        all.iter().for_each(|(_, callbacks)| callbacks.clear());
    }
}

/// Whether an event can have this name.
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    if name.is_empty() || name.contains(['\n', '\r']) {
        Err(Error::InvalidEventName { name: name.into() })
    } else {
        Ok(())
    }
}
