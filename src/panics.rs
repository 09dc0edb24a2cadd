//! Panics of callbacks, if panics unwind.

use std::{
    any::Any,
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};

/// Catches the panics of users' callbacks, so that a source can finish its work. Then the first panic resumes. If
/// panics abort, as in wasm by default, there is nothing to catch.
#[derive(Default)]
pub(crate) struct Panics(RefCell<Option<Box<dyn Any + Send>>>);

impl Panics {
    /// Calls a function, and returns whether it panicked.
    pub(crate) fn catch(&self, call: impl FnOnce()) -> bool {
        if cfg!(panic = "abort") {
            call();
            return false;
        }
        let Err(panic) = catch_unwind(AssertUnwindSafe(call)) else {
            return false;
        };
        self.0.borrow_mut().get_or_insert(panic);
        true
    }

    /// Resumes the first panic that was caught.
    pub(crate) fn resume(&self) {
        if cfg!(panic = "abort") {
            return;
        }
        let panic = self.0.take();
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }
}
