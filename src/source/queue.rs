//! The queue of a stream: items that wait for its consumer.

use std::{
    cell::RefCell,
    collections::VecDeque,
    task::{Context, Poll, Waker},
};

#[cfg(feature = "fetch")]
use super::connection::Hold;
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
    #[cfg(feature = "fetch")]
    Wait,
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

    /// Holds `capacity` items. When it is full, the response is read no further until there is room: nothing is dropped, and
    /// the server has to wait, except where the browser itself keeps what arrives (Firefox does). Over `fetch` only. With a
    /// capacity of 4,096 it is the default of a request that is sent once, such as a POST. A capacity of zero counts as 1.
    ///
    /// All listeners and streams of the source wait then, also those of other sources that
    /// [share](crate::EventSourceBuilder::shared) the connection: the slowest stream sets the pace. So read a stream or drop
    /// it. Silence does not count meanwhile, and a loss or the end is noticed when the reading goes on. An item counts as
    /// received, so its id is the last event id.
    ///
    /// A full queue takes one more item: the newest error of the connection, in place of an earlier one.
    ///
    /// ```
    /// # use typed_eventsource::{Error, EventSource, EventStream, Fetch, Text};
    /// use typed_eventsource::Queue;
    ///
    /// # fn run() -> Result<EventStream<Text>, Error> {
    /// let log = EventSource::builder("/log").fetch(Fetch::new()).queue(Queue::wait(100)).open()?;
    /// log.stream("line")
    /// # }
    /// ```
    #[cfg(feature = "fetch")]
    pub fn wait(capacity: usize) -> Self {
        Self::new(capacity, WhenFull::Wait)
    }

    /// The same queue, which waits when it is full.
    #[cfg(feature = "fetch")]
    pub(super) fn waiting(self) -> Self {
        Self::wait(self.capacity)
    }

    #[cfg(feature = "fetch")]
    pub(super) fn waits(self) -> bool {
        self.when_full == WhenFull::Wait
    }

    /// How many events may be read at once, so that its consumer has a turn before it is full. If it waits, that is when the
    /// reading waits.
    pub(super) fn capacity_per_turn(self) -> usize {
        match self.when_full {
            #[cfg(feature = "fetch")]
            WhenFull::Wait => usize::MAX,
            _ => self.capacity,
        }
    }

    /// With how many items its consumer should have a turn: before it is full, unless it waits then.
    pub(super) fn size_for_turn(self) -> usize {
        match self.when_full {
            #[cfg(feature = "fetch")]
            WhenFull::Wait => self.capacity,
            _ => (self.capacity / 2).max(1),
        }
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

/// An item of a stream of batches.
pub(super) type BatchItem<T> = Result<Vec<Event<T>>, Error>;

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
    /// What holds the reading back while the queue is full.
    #[cfg(feature = "fetch")]
    hold: Option<Hold>,
}

/// The result of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PushOutcome {
    Queued,
    /// Others were dropped for it, for the first time since the consumer was last told.
    GapBegan,
    /// The queue is full and nothing may be dropped: the source has to close.
    Full,
    /// The queue is full now, and nothing may be read until there is room.
    #[cfg(feature = "fetch")]
    HoldsBack,
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
                #[cfg(feature = "fetch")]
                hold: None,
            }),
        }
    }

    pub(super) fn push(&self, item: Item<T>) -> PushOutcome {
        let mut inner = self.inner.borrow_mut();
        if inner.ended {
            return PushOutcome::Queued;
        }
        let room = self.limits.capacity.saturating_sub(inner.items.len());
        let mut outcome = PushOutcome::Queued;
        let old = match self.limits.when_full {
            _ if room > 1 => VecDeque::new(),
            #[cfg(feature = "fetch")]
            WhenFull::Wait => {
                if inner.hold.is_none() {
                    outcome = PushOutcome::HoldsBack;
                }
                if room == 0 {
                    inner.forget_error_before(&item);
                }
                VecDeque::new()
            }
            _ if room == 1 => VecDeque::new(),
            WhenFull::DropOldest => inner.items.pop_front().into_iter().collect(),
            WhenFull::KeepLatest => std::mem::take(&mut inner.items),
            WhenFull::Close => {
                inner.dropped += 1;
                return PushOutcome::Full;
            }
        };
        if !old.is_empty() && inner.gap == 0 {
            outcome = PushOutcome::GapBegan;
        }
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
        outcome
    }

    /// Keeps this until there is room again.
    #[cfg(feature = "fetch")]
    pub(super) fn keep(&self, hold: Hold) {
        let mut inner = self.inner.borrow_mut();
        if inner.items.len() >= self.limits.capacity {
            inner.hold = Some(hold);
        } else {
            // The waker has made room.
            drop(inner);
            drop(hold);
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
        let item = inner.items.pop_front();
        #[cfg(feature = "fetch")]
        if inner.hold.is_some() && inner.items.len() < self.limits.capacity {
            let hold = inner.hold.take();
            drop(inner);
            drop(hold);
            return Poll::Ready(item);
        }
        match item {
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

    /// Takes the next events, at most so many, or the error that is next, and says whether anything is left. `None` if there is
    /// neither.
    pub(super) fn pop_batch(&self, most: usize) -> Option<(BatchItem<T>, bool)> {
        let mut inner = self.inner.borrow_mut();
        if inner.gap > 0 {
            let dropped = std::mem::take(&mut inner.gap);
            return Some((Err(Error::QueueOverflow { dropped }), true));
        }
        let events = inner
            .items
            .iter()
            .take(most)
            .take_while(|item| item.is_ok());
        let count = events.count().max(1).min(inner.items.len());
        let batch = inner.items.drain(..count).collect();
        let is_rest = !inner.items.is_empty();
        #[cfg(feature = "fetch")]
        if inner.items.len() < self.limits.capacity {
            let hold = inner.hold.take();
            drop(inner);
            drop(hold);
        }
        (count > 0).then_some((batch, is_rest))
    }

    pub(super) fn len(&self) -> usize {
        self.inner.borrow().items.len()
    }

    pub(super) fn is_drained(&self) -> bool {
        let inner = self.inner.borrow();
        inner.ended && inner.items.is_empty() && inner.gap == 0
    }

    pub(super) fn dropped(&self) -> u64 {
        self.inner.borrow().dropped
    }
}

#[cfg(feature = "fetch")]
impl<T> Inner<T> {
    /// Takes out an error of the connection that another one follows, so that many of them take no more room than one.
    fn forget_error_before(&mut self, next: &Item<T>) {
        let is_of_connection =
            |item: &Item<T>| matches!(item, Err(error) if !matches!(error, Error::Decode(_)));
        if is_of_connection(next) && self.items.back().is_some_and(is_of_connection) {
            self.items.pop_back();
        }
    }
}

fn is_same_failure<T>(item: &Item<T>, error: &Error) -> bool {
    matches!((item, error), (Err(Error::Decode(last)), Error::Decode(error)) if last == error)
}
