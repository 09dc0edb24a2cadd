//! Listeners that nobody holds.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Weak,
};

use super::{connection::Connection, listener::Listener};

/// Listeners that a source holds by itself until it closes. For JavaScript, where a thing that is collected must not
/// end what it began.
#[derive(Default)]
pub(super) struct Kept {
    listeners: RefCell<BTreeMap<u64, Listener>>,
    next_key: Cell<u64>,
}

impl Kept {
    pub(super) fn keep(&self, listener: Listener) -> u64 {
        let key = self.next_key.replace(self.next_key.get() + 1);
        self.listeners.borrow_mut().insert(key, listener);
        key
    }

    fn let_go(&self, key: u64) {
        let listener = self.listeners.borrow_mut().remove(&key);
        drop(listener);
    }

    pub(super) fn clear(&self) {
        drop(self.listeners.take());
    }
}

/// A way to end a kept listener, which does not keep the source alive.
pub(crate) struct KeptListener {
    pub(super) connection: Weak<Connection>,
    /// None where the source had closed before.
    pub(super) key: Option<u64>,
}

impl KeptListener {
    pub(crate) fn let_go(&self) {
        if let (Some(connection), Some(key)) = (self.connection.upgrade(), self.key) {
            connection.kept().let_go(key);
        }
    }
}
