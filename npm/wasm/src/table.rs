//! Values that JavaScript knows by their numbers.

use alloc::boxed::Box;

use slab::Slab;
use spin::Mutex;

/// Each value has a place in memory, where JavaScript reads. The number of one that goes is free for another.
#[derive(Debug)]
pub(crate) struct Table<T>(Mutex<Slab<Option<Box<T>>>>);

impl<T> Table<T> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Slab::new()))
    }

    pub(crate) fn insert(&self, value: T) -> usize {
        self.0.lock().insert(Some(Box::new(value)))
    }

    pub(crate) fn remove(&self, number: usize) {
        drop(self.0.lock().try_remove(number));
    }

    /// Uses a value, which is out of the table meanwhile: a fault traps, and leaves all others as they are.
    pub(crate) fn with<R>(&self, number: usize, run: impl FnOnce(&mut T) -> R) -> R {
        let mut value = self.replace(number, None).expect("it is in the table");
        let result = run(&mut value);
        self.replace(number, Some(value));
        result
    }

    fn replace(&self, number: usize, value: Option<Box<T>>) -> Option<Box<T>> {
        let mut table = self.0.lock();
        core::mem::replace(table.get_mut(number)?, value)
    }
}
