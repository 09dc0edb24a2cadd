//! The end of a source, as a future.

use std::{
    cell::RefCell,
    fmt,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use crate::CloseReason;

/// Resolves with the reason once the source has closed; made by [`EventSource::closed`](crate::EventSource::closed).
///
/// It does not keep the source alive: when the last handle, listener and stream goes, it resolves with
/// [`CloseReason::Dropped`]. Dropping it does nothing.
#[must_use = "futures do nothing unless awaited"]
#[derive(Clone)]
pub struct Closed(Rc<End>);

/// Where a source leaves the reason for its end.
#[derive(Default)]
pub(crate) struct End {
    reason: RefCell<Option<CloseReason>>,
    wakers: RefCell<Vec<Waker>>,
}

impl End {
    pub(crate) fn reach(&self, reason: CloseReason) {
        *self.reason.borrow_mut() = Some(reason);
        let wakers = self.wakers.take();
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Closed {
    pub(crate) fn new(end: &Rc<End>) -> Self {
        Self(Rc::clone(end))
    }
}

impl Future for Closed {
    type Output = CloseReason;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<CloseReason> {
        if let Some(reason) = self.0.reason.borrow().clone() {
            return Poll::Ready(reason);
        }
        let mut wakers = self.0.wakers.borrow_mut();
        if !wakers.iter().any(|waker| waker.will_wake(context.waker())) {
            wakers.push(context.waker().clone());
        }
        Poll::Pending
    }
}

impl fmt::Debug for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Closed")
            .field(&self.0.reason.borrow())
            .finish()
    }
}
