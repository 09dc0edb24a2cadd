//! Batches of events as a `Stream`.

use std::{
    cell::Cell,
    fmt,
    pin::Pin,
    rc::{Rc, Weak},
    task::{Context, Poll, Waker},
};

use futures_core::{FusedStream, Stream};

use super::{BatchOptions, BatchTimer};
use crate::{
    Error,
    payload::Decode,
    place::Place,
    source::{
        connection::{Connection, Notice},
        listener::Listener,
        queue::{BatchItem, EventQueue},
        stream::Feed,
        subscriptions::Names,
    },
};

/// A stream of batches of typed events; returned by [`batches`](crate::EventSource::batches) and
/// [`event_batches`](crate::EventSource::event_batches).
///
/// Each item is the events that have gathered, at least one and in order, or an error, as an
/// [`EventStream`](crate::EventStream) has them: an error is **not** the end; `None` is. An error ends the batch before it. One of the
/// connection comes at once, and so does the end.
///
/// The source stays open while the stream lives; dropping the stream stops listening. The builder's [`Queue`](crate::Queue) limits how
/// many events and errors wait. A batch comes early rather than that the queue fills up.
///
/// ```
/// # use typed_eventsource::{BatchOptions, EventSource, Error};
/// use futures::StreamExt;
///
/// # async fn run() -> Result<(), Error> {
/// let source = EventSource::open("/prices")?;
/// let mut batches = source.batches::<f64>("price", BatchOptions::per_frame())?;
/// while let Some(item) = batches.next().await {
///     match item {
///         Ok(events) => println!("{} prices, the last is {:?}", events.len(), events.last().map(|event| event.data)),
///         Err(error) => eprintln!("{error}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "streams do nothing unless polled, and dropping one stops listening"]
pub struct BatchStream<T> {
    /// Dropped first: if the queue has held the reading back, nothing that is read then is for this stream.
    _listeners: Vec<Listener>,
    gathering: Rc<Gathering<T>>,
}

impl<T: 'static> BatchStream<T> {
    pub(in crate::source) fn new(
        connection: &Rc<Connection>,
        names: Names<'_>,
        decode: Decode<T>,
        options: BatchOptions,
    ) -> Result<Self, Error> {
        let limits = connection.queue();
        let gathering = Rc::new(Gathering {
            connection: Rc::downgrade(connection),
            queue: Rc::new(EventQueue::new(limits)),
            options,
            early_at: options.most.min(limits.size_for_turn()),
            is_due: Cell::default(),
            timer: Place::default(),
            waker: Place::default(),
        });
        let feed = Feed::new(&gathering.queue, connection);
        let mut listeners = connection.on_frames(names, || {
            let (feed, gathering) = (feed.clone(), Rc::clone(&gathering));
            Box::new(move |frame| {
                let outcome = feed.push_frame(frame, decode);
                gathering.item_was_added();
                outcome
            })
        })?;
        connection.yield_for_queue();
        let told = Rc::clone(&gathering);
        listeners.push(connection.on_notice(Box::new(move |notice| {
            feed.push_notice(notice);
            if matches!(notice, Notice::Error(_) | Notice::End(_)) {
                told.hand_over();
            }
        })));
        Ok(Self {
            _listeners: listeners,
            gathering,
        })
    }
}

impl<T> BatchStream<T> {
    /// How many events and errors this stream has dropped so far, because its queue was full.
    pub fn dropped(&self) -> u64 {
        self.gathering.queue.dropped()
    }
}

/// The events and errors that gather for a stream.
struct Gathering<T> {
    connection: Weak<Connection>,
    queue: Rc<EventQueue<T>>,
    options: BatchOptions,
    /// With so many items, a batch is due before its time.
    early_at: usize,
    /// Whether the consumer may have what has gathered.
    is_due: Cell<bool>,
    timer: Place<BatchTimer>,
    waker: Place<Waker>,
}

impl<T: 'static> Gathering<T> {
    fn item_was_added(self: &Rc<Self>) {
        let count = self.queue.len();
        if self.is_due.get() || count >= self.early_at {
            self.hand_over();
        } else if count == 1
            && let Some(connection) = self.connection.upgrade()
        {
            let this = Rc::downgrade(self);
            let due = move || {
                if let Some(gathering) = this.upgrade() {
                    gathering.hand_over();
                }
            };
            let timer = self.options.after(connection.host(), Rc::new(due));
            self.timer.put(timer);
        }
    }
}

impl<T> Gathering<T> {
    fn hand_over(&self) {
        drop(self.timer.take());
        self.is_due.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn poll(&self, context: &Context<'_>) -> Poll<Option<BatchItem<T>>> {
        if self.is_due.take()
            && let Some((item, is_rest)) = self.queue.pop_batch(self.options.most)
        {
            // What is left has waited as long.
            if is_rest {
                self.is_due.set(true);
            }
            return Poll::Ready(Some(item));
        }
        if self.queue.is_drained() {
            return Poll::Ready(None);
        }
        self.waker.put(context.waker().clone());
        Poll::Pending
    }
}

impl<T> Stream for BatchStream<T> {
    type Item = BatchItem<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.gathering.poll(context)
    }
}

impl<T> FusedStream for BatchStream<T> {
    fn is_terminated(&self) -> bool {
        self.gathering.queue.is_drained()
    }
}

impl<T> fmt::Debug for BatchStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchStream")
            .field("event", &std::any::type_name::<T>())
            .field("dropped", &self.dropped())
            .field("is_terminated", &self.is_terminated())
            .finish()
    }
}
