//! The end of a source, as a future.

use std::{
    cell::{Cell, OnceCell, RefCell},
    fmt,
    pin::Pin,
    rc::{Rc, Weak},
    task::{Context, Poll, Waker},
};

use crate::CloseReason;

/// Resolves with the reason once the source has closed; returned by
/// [`EventSource::closed`](crate::EventSource::closed).
///
/// It does not keep the source alive: when the last handle, listener and stream is dropped, it resolves with
/// [`CloseReason::Dropped`]. Dropping it does nothing.
///
/// ```
/// # use typed_eventsource::{CloseReason, EventSource};
/// async fn until_the_end(source: &EventSource) -> bool {
///     matches!(source.closed().await, CloseReason::Finished)
/// }
/// ```
#[must_use = "futures do nothing unless awaited"]
pub struct Closed {
    end: Rc<End>,
    waker: Rc<Waiting>,
}

/// The waker of a future that waits.
type Waiting = Cell<Option<Waker>>;

/// The place where a source leaves its close reason.
#[derive(Default)]
pub(crate) struct End {
    reason: OnceCell<CloseReason>,
    waiting: RefCell<Vec<Weak<Waiting>>>,
}

impl End {
    pub(crate) fn set(&self, reason: CloseReason) {
        let _ = self.reason.set(reason);
        for waiting in self.waiting.take() {
            let waker = waiting.upgrade().and_then(|waiting| waiting.take());
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    pub(crate) fn is_set(&self) -> bool {
        self.reason.get().is_some()
    }

    /// A place for a waker, which is released with its future.
    fn wait(&self) -> Rc<Waiting> {
        let place = Rc::new(Waiting::default());
        let mut waiting = self.waiting.borrow_mut();
        waiting.retain(|known| known.strong_count() > 0);
        waiting.push(Rc::downgrade(&place));
        place
    }
}

impl Closed {
    pub(crate) fn new(end: &Rc<End>) -> Self {
        Self {
            end: Rc::clone(end),
            waker: end.wait(),
        }
    }
}

impl Clone for Closed {
    fn clone(&self) -> Self {
        Self::new(&self.end)
    }
}

impl Future for Closed {
    type Output = CloseReason;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<CloseReason> {
        if let Some(reason) = self.end.reason.get() {
            return Poll::Ready(reason.clone());
        }
        self.waker.set(Some(context.waker().clone()));
        Poll::Pending
    }
}

impl fmt::Debug for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Closed")
            .field(&self.end.reason.get())
            .finish()
    }
}
