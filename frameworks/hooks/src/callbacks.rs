//! The callbacks of a component.

use std::{cell::RefCell, rc::Rc};

use typed_eventsource::{AttemptSummary, Error, Gap};

/// A callback that may be set.
type Slot<T> = RefCell<Option<Rc<dyn Fn(T)>>>;

/// The callbacks that a component has set on the handle of its source. A hook's [`Observer`](crate::Observer) calls them. A
/// callback that is set replaces the last one, since a component may set it at every render.
///
/// ```
/// use typed_eventsource::Error;
/// use typed_eventsource_hooks::Callbacks;
///
/// let callbacks = Callbacks::default();
/// assert!(!callbacks.error(&Error::Suspended), "no callback is set");
/// callbacks.set_on_error(|error| println!("{error}"));
/// assert!(callbacks.error(&Error::Suspended));
/// ```
#[derive(Default)]
pub struct Callbacks {
    on_error: Slot<Error>,
    on_gap: Slot<Gap>,
    on_attempt: Slot<AttemptSummary>,
}

impl Callbacks {
    /// Sets the callback for errors.
    pub fn set_on_error(&self, callback: impl Fn(Error) + 'static) {
        drop(self.on_error.replace(Some(Rc::new(callback))));
    }

    /// Sets the callback for gaps.
    pub fn set_on_gap(&self, callback: impl Fn(Gap) + 'static) {
        drop(self.on_gap.replace(Some(Rc::new(callback))));
    }

    /// Sets the callback for attempts to connect.
    pub fn set_on_attempt(&self, callback: impl Fn(AttemptSummary) + 'static) {
        drop(self.on_attempt.replace(Some(Rc::new(callback))));
    }

    /// Calls the callback for errors, and returns whether one is set.
    pub fn error(&self, error: &Error) -> bool {
        let callback = self.on_error.borrow().clone();
        callback.map(|callback| callback(error.clone())).is_some()
    }

    /// Calls the callback for gaps.
    pub fn gap(&self, gap: Gap) {
        let callback = self.on_gap.borrow().clone();
        if let Some(callback) = callback {
            callback(gap);
        }
    }

    /// Calls the callback for attempts.
    pub fn attempt(&self, attempt: AttemptSummary) {
        let callback = self.on_attempt.borrow().clone();
        if let Some(callback) = callback {
            callback(attempt);
        }
    }

    /// Whether a callback for gaps is set.
    pub fn wants_gaps(&self) -> bool {
        self.on_gap.borrow().is_some()
    }

    /// Whether a callback for attempts is set.
    pub fn wants_attempts(&self) -> bool {
        self.on_attempt.borrow().is_some()
    }
}

impl std::fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Callbacks").finish_non_exhaustive()
    }
}
