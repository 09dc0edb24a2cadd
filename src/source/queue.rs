//! The queue of a stream: items that wait for its consumer.

use std::{
    cell::RefCell,
    collections::VecDeque,
    task::{Context, Poll, Waker},
};

use crate::{Error, Event};

/// How many items a stream holds for a consumer that is slower than the server, and what happens when it is full.
///
/// Dropped items are reported: in their place the stream yields [`Error::QueueOverflow`](crate::Error::QueueOverflow)
/// with their number, `on_error` reports when a gap begins, and [`EventStream::dropped`](crate::EventStream::dropped)
/// counts them all. On the browser's own source, an event in the queue also keeps its undecoded data alive (see
/// [`Event`](crate::Event)).
///
/// ```
/// use typed_eventsource::{EventSource, Queue};
///
/// let log = EventSource::builder("/log").queue(Queue::drop_oldest(10_000));
/// let gauge = EventSource::builder("/gauge").queue(Queue::keep_latest(1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a queue does nothing before it is given to a source"]
pub struct Queue {
    capacity: usize,
    when_full: WhenFull,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WhenFull {
    DropOldest,
    KeepLatest,
    Close,
}

impl Queue {
    /// Holds `capacity` items. When it is full, the oldest item is dropped. A capacity of zero counts as 1.
    pub fn drop_oldest(capacity: usize) -> Self {
        Self::new(capacity, WhenFull::DropOldest)
    }

    /// Holds `capacity` items. When it is full, all of them are dropped for the newest one. For values of which only
    /// the current one counts. A capacity of zero counts as 1.
    pub fn keep_latest(capacity: usize) -> Self {
        Self::new(capacity, WhenFull::KeepLatest)
    }

    /// Holds `capacity` items. When it is full, the source closes. For events of which none may be missed. A capacity
    /// of zero counts as 1.
    pub fn close(capacity: usize) -> Self {
        Self::new(capacity, WhenFull::Close)
    }

    pub(super) fn capacity(self) -> usize {
        self.capacity
    }

    fn new(capacity: usize, when_full: WhenFull) -> Self {
        Self {
            capacity: capacity.max(1),
            when_full,
        }
    }
}

impl Default for Queue {
    /// Drops the oldest of 4,096 items.
    fn default() -> Self {
        Self::drop_oldest(4096)
    }
}

/// An item of a stream.
pub(super) type Item<T> = Result<Event<T>, Error>;

/// The queue of one stream: the source pushes, the consumer polls.
pub(super) struct EventQueue<T> {
    limits: Queue,
    inner: RefCell<Inner<T>>,
}

struct Inner<T> {
    items: VecDeque<Item<T>>,
    /// How many were dropped since the consumer was last told.
    gap: u64,
    dropped: u64,
    ended: bool,
    waker: Option<Waker>,
}

/// The result of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PushOutcome {
    Queued,
    /// Others were dropped for it, for the first time since the consumer was last told.
    GapBegan,
    /// The queue is full and nothing may be dropped: the source has to close.
    Full,
}

impl<T> EventQueue<T> {
    pub(super) fn new(limits: Queue) -> Self {
        Self {
            limits,
            inner: RefCell::new(Inner {
                items: VecDeque::new(),
                gap: 0,
                dropped: 0,
                ended: false,
                waker: None,
            }),
        }
    }

    pub(super) fn push(&self, item: Item<T>) -> PushOutcome {
        let mut inner = self.inner.borrow_mut();
        if inner.ended {
            return PushOutcome::Queued;
        }
        let overflows = inner.items.len() >= self.limits.capacity;
        let old = match self.limits.when_full {
            _ if !overflows => VecDeque::new(),
            WhenFull::DropOldest => inner.items.pop_front().into_iter().collect(),
            WhenFull::KeepLatest => std::mem::take(&mut inner.items),
            WhenFull::Close => {
                inner.dropped += 1;
                return PushOutcome::Full;
            }
        };
        let gap_begins = overflows && inner.gap == 0;
        inner.gap += old.len() as u64;
        inner.dropped += old.len() as u64;
        inner.items.push_back(item);
        let waker = inner.waker.take();
        drop(inner);
        // Payloads and wakers are users' code: no borrow is held while it runs.
        drop(old);
        if let Some(waker) = waker {
            waker.wake();
        }
        if gap_begins {
            PushOutcome::GapBegan
        } else {
            PushOutcome::Queued
        }
    }

    /// Ends the queue, with this error as its last item, even if the queue is full. The error is left out if it was
    /// just pushed as an item.
    pub(super) fn end(&self, error: Option<&Error>) {
        let mut inner = self.inner.borrow_mut();
        if inner.ended {
            return;
        }
        inner.ended = true;
        if let Some(error) = error
            && !inner
                .items
                .back()
                .is_some_and(|last| is_same_failure(last, error))
        {
            inner.items.push_back(Err(error.clone()));
        }
        let waker = inner.waker.take();
        drop(inner);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub(super) fn poll(&self, context: &Context<'_>) -> Poll<Option<Item<T>>> {
        // Wakers are users' code, which may come back here. So they are cloned and dropped while nothing is borrowed.
        let waker = context.waker().clone();
        let mut inner = self.inner.borrow_mut();
        if inner.gap > 0 {
            let dropped = std::mem::take(&mut inner.gap);
            return Poll::Ready(Some(Err(Error::QueueOverflow { dropped })));
        }
        match inner.items.pop_front() {
            Some(item) => Poll::Ready(Some(item)),
            None if inner.ended => Poll::Ready(None),
            None => {
                let old = inner.waker.replace(waker);
                drop(inner);
                drop(old);
                Poll::Pending
            }
        }
    }

    pub(super) fn is_drained(&self) -> bool {
        let inner = self.inner.borrow();
        inner.ended && inner.items.is_empty() && inner.gap == 0
    }

    pub(super) fn dropped(&self) -> u64 {
        self.inner.borrow().dropped
    }
}

fn is_same_failure<T>(item: &Item<T>, error: &Error) -> bool {
    matches!((item, error), (Err(Error::Decode(last)), Error::Decode(error)) if last == error)
}
