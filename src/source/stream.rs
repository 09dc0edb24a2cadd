//! Events as a `Stream`.

use std::{
    fmt,
    pin::Pin,
    rc::{Rc, Weak},
    task::{Context, Poll},
};

use futures_core::{FusedStream, Stream};

use super::{
    connection::{Connection, Notice},
    listener::Listener,
    queue::{EventQueue, Item, PushOutcome},
    subscriptions::{DecodeFailure, DeliveryOutcome, Names},
};
use crate::{Error, payload::Decode, transport::Frame};

/// A stream of typed events; returned by [`stream`](crate::EventSource::stream) and
/// [`events`](crate::EventSource::events).
///
/// Each item is an event, or an error that concerns this stream: an error of the connection, or of an event that did
/// not decode. An error is **not** the end; `None` is. After the source has closed, the stream still yields the items
/// that had arrived, then the error that closed the source, if one did, and always `None`.
///
/// The source stays open while the stream lives; dropping the stream stops listening. The builder's
/// [`Queue`](crate::Queue) limits how many items wait.
///
/// ```
/// # use typed_eventsource::{EventSource, Error};
/// use futures::StreamExt;
///
/// # async fn run() -> Result<(), Error> {
/// let source = EventSource::open("/prices")?;
/// let mut prices = source.stream::<f64>("price")?;
/// while let Some(item) = prices.next().await {
///     match item {
///         Ok(event) => println!("{}", event.data),
///         Err(error) => eprintln!("{error}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "streams do nothing unless polled, and dropping one stops listening"]
pub struct EventStream<T> {
    /// Dropped first: if the queue has held the reading back, nothing that is read then is for this stream.
    _listeners: Vec<Listener>,
    queue: Rc<EventQueue<T>>,
}

impl<T: 'static> EventStream<T> {
    pub(super) fn new(
        connection: &Rc<Connection>,
        names: Names<'_>,
        decode: Decode<T>,
    ) -> Result<Self, Error> {
        let queue = Rc::new(EventQueue::new(connection.queue()));
        let feed = Feed::new(&queue, connection);
        let mut listeners = connection.on_frames(names, || {
            let feed = feed.clone();
            Box::new(move |frame| feed.push_frame(frame, decode))
        })?;
        connection.yield_for_queue();
        listeners.push(connection.on_notice(Box::new(move |notice| feed.push_notice(notice))));
        Ok(Self {
            _listeners: listeners,
            queue,
        })
    }
}

impl<T> EventStream<T> {
    /// How many items this stream has dropped so far, because its queue was full.
    pub fn dropped(&self) -> u64 {
        self.queue.dropped()
    }
}

/// The source's end of a stream's queue.
pub(super) struct Feed<T> {
    queue: Rc<EventQueue<T>>,
    connection: Weak<Connection>,
}

impl<T> Clone for Feed<T> {
    fn clone(&self) -> Self {
        Self {
            queue: Rc::clone(&self.queue),
            connection: Weak::clone(&self.connection),
        }
    }
}

impl<T> Feed<T> {
    pub(super) fn new(queue: &Rc<EventQueue<T>>, connection: &Rc<Connection>) -> Self {
        Self {
            queue: Rc::clone(queue),
            connection: Rc::downgrade(connection),
        }
    }

    pub(super) fn push_frame(&self, frame: &Frame<'_>, decode: Decode<T>) -> DeliveryOutcome {
        let event = frame.event();
        match decode(&event) {
            Ok(data) => {
                self.push(Ok(event.map(|_| data)));
                DeliveryOutcome::Decoded
            }
            Err(error) => {
                self.push(Err(Error::Decode(error.clone())));
                DeliveryOutcome::Failed(DecodeFailure {
                    error,
                    is_reported: true,
                })
            }
        }
    }

    pub(super) fn push_notice(&self, notice: Notice<'_>) {
        match notice {
            Notice::Error(error) => self.push(Err(error.clone())),
            Notice::End(error) => self.queue.end(error),
            Notice::Gap(_) | Notice::State(_) | Notice::Attempt(_) => {}
        }
    }

    fn push(&self, item: Item<T>) {
        let outcome = self.queue.push(item);
        if outcome == PushOutcome::Queued {
            return;
        }
        let Some(connection) = self.connection.upgrade() else {
            return;
        };
        #[cfg(feature = "fetch")]
        if outcome == PushOutcome::HoldsBack {
            return self.queue.keep(connection.hold_back());
        }
        connection.overflowed(outcome);
    }
}

impl<T> Stream for EventStream<T> {
    type Item = Item<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.queue.poll(context)
    }
}

impl<T> FusedStream for EventStream<T> {
    fn is_terminated(&self) -> bool {
        self.queue.is_drained()
    }
}

impl<T> fmt::Debug for EventStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("item", &std::any::type_name::<T>())
            .field("dropped", &self.dropped())
            .field("is_terminated", &self.is_terminated())
            .finish()
    }
}
