//! Users' functions that can be replaced by newer ones.

use std::{cell::RefCell, fmt, rc::Rc};

/// A user's function. All clones call the same function, the newest.
pub(crate) struct SharedClosure<F: ?Sized>(Rc<RefCell<Rc<F>>>);

impl<F: ?Sized> SharedClosure<F> {
    pub(crate) fn new(function: Rc<F>) -> Self {
        Self(Rc::new(RefCell::new(function)))
    }

    /// The function to call now.
    pub(crate) fn current(&self) -> Rc<F> {
        Rc::clone(&self.0.borrow())
    }

    /// From now on all clones of this call the function that `newer` calls now.
    pub(crate) fn replace_by(&self, newer: &Self) {
        // The old one is dropped after the borrow: users' code may run then.
        drop(self.0.replace(newer.current()));
    }
}

impl<F: ?Sized> Clone for SharedClosure<F> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

/// Clones are equal.
impl<F: ?Sized> PartialEq for SharedClosure<F> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<F: ?Sized> fmt::Debug for SharedClosure<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedClosure")
    }
}
