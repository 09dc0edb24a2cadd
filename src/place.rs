//! Places for values that come and go.

use std::cell::Cell;

/// A place for one value. The value is put there, taken out or cloned, and never borrowed, so that code that runs when
/// it is dropped may use the place again. A `RefCell` would have to check that at each use.
pub(crate) struct Place<T>(Cell<Option<T>>);

impl<T> Default for Place<T> {
    fn default() -> Self {
        Self(Cell::default())
    }
}

impl<T> From<T> for Place<T> {
    fn from(what: T) -> Self {
        Self(Cell::new(Some(what)))
    }
}

impl<T> From<Option<T>> for Place<T> {
    fn from(what: Option<T>) -> Self {
        Self(Cell::new(what))
    }
}

impl<T> Place<T> {
    /// Drops the previous value, after the new one is in place.
    pub(crate) fn put(&self, what: T) {
        drop(self.0.replace(Some(what)));
    }

    pub(crate) fn take(&self) -> Option<T> {
        self.0.take()
    }
}

impl<T: Clone> Place<T> {
    pub(crate) fn get(&self) -> Option<T> {
        let what = self.0.take();
        let copy = what.clone();
        self.0.set(what);
        copy
    }
}
