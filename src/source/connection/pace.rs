//! How fast events are read: if queues wait, no faster than the slowest of their consumers takes them.

use std::rc::{Rc, Weak};

use typed_eventsource_core::Input;

use super::{Connection, Queued};

/// While it lives, the response is read no further. A full queue that waits has one, and so has the share of a source with such a queue.
pub(in crate::source) struct Hold(Weak<Connection>);

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(connection) = self.0.upgrade() {
            connection.holds.set(connection.holds.get() - 1);
            connection.pace_may_change();
        }
    }
}

impl Connection {
    /// Holds the reading back until the value is dropped.
    pub(in crate::source) fn hold_back(self: &Rc<Self>) -> Hold {
        self.holds.set(self.holds.get() + 1);
        self.pace_may_change();
        Hold(Rc::downgrade(self))
    }

    pub(super) fn is_held_back(&self) -> bool {
        self.holds.get() > 0
    }

    fn pace_may_change(&self) {
        if self.is_held_back() != self.has_told_hold.get() {
            self.push(Queued::Pace);
            self.drain();
        }
    }

    /// Tells the session and the link whether the reading is held back, if that has changed. No callback runs meanwhile, so
    /// that a fake server can send what had to wait, one event after the other.
    pub(super) fn set_pace(&self) {
        let is_held_back = self.is_held_back();
        if self.has_told_hold.replace(is_held_back) == is_held_back {
            return;
        }
        self.tell(if is_held_back {
            Input::HeldBack
        } else {
            Input::ReadOn
        });
        if let Some(link) = self.link() {
            link.hold_back(is_held_back);
        }
    }
}
