//! Yields to other tasks of the event loop, however much there is to do.

use std::{
    cell::Cell,
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};

use typed_eventsource_core::Span;
#[cfg(feature = "fetch")]
use typed_eventsource_core::Timestamp;
use wasm_bindgen::JsValue;
use web_sys::{MessageChannel, MessagePort};

use crate::{
    host::browser::{self, DomListener},
    place::Place,
};

/// The longest that other tasks have to wait.
const MAX_TURN: Span = Span::from_millis(16);

/// A chunk that comes sooner may have been there already.
#[cfg(feature = "fetch")]
const SHORTEST_WAIT: Span = Span::from_millis(1);

/// So many waits in a row count as the turn of other tasks. Other tasks of wasm, which are promises too, may take as long, and let none
/// of the browser's run.
#[cfg(feature = "fetch")]
const MOST_WAITS: u8 = 8;

/// Lets other tasks run: promises alone would let none run as long as there are more promises.
pub(crate) struct Yielder {
    /// Created at the first yield, since short work needs none.
    channel: Option<MacrotaskYield>,
    /// Since when other tasks have to wait.
    since: Span,
    /// When it was last asked whether they have waited for long enough.
    asked: Cell<Span>,
    /// How many waits for a chunk there were since it last yielded.
    #[cfg(feature = "fetch")]
    waits: u8,
}

impl Yielder {
    pub(crate) fn new() -> Self {
        Self {
            channel: None,
            since: browser::now(),
            asked: Cell::default(),
            #[cfg(feature = "fetch")]
            waits: 0,
        }
    }

    /// If a chunk was waited for, other tasks have had their turn: a slow stream need not yield. Returns the time.
    #[cfg(feature = "fetch")]
    pub(crate) fn note_chunk(&mut self) -> Timestamp {
        let now = browser::now();
        if now - self.asked.get() >= SHORTEST_WAIT && self.waits < MOST_WAITS {
            self.since = now;
            self.waits += 1;
        }
        Timestamp::from_origin(now)
    }

    /// Whether other tasks have waited for long enough.
    pub(crate) fn is_late(&self) -> bool {
        let now = browser::now();
        self.asked.set(now);
        now - self.since >= MAX_TURN
    }

    pub(crate) async fn yield_now(&mut self) {
        self.channel = self.channel.take().or_else(MacrotaskYield::new);
        if let Some(channel) = &self.channel {
            channel.yield_now().await;
        }
        self.since = browser::now();
        #[cfg(feature = "fetch")]
        {
            self.waits = 0;
        }
    }
}

/// Yields by sending itself a message, which arrives after all waiting tasks. Timers would be delayed in hidden pages.
/// A promise would never settle if the wait is dropped and the message no longer arrives.
struct MacrotaskYield {
    here: MessagePort,
    there: MessagePort,
    arrival: Rc<Arrival>,
    _listener: DomListener,
}

#[derive(Default)]
struct Arrival {
    has_arrived: Cell<bool>,
    waker: Place<Waker>,
}

impl MacrotaskYield {
    fn new() -> Option<Self> {
        let channel = MessageChannel::new().ok()?;
        let (here, there) = (channel.port1(), channel.port2());
        let arrival = Rc::<Arrival>::default();
        let arrived = Rc::clone(&arrival);
        let listener = DomListener::new(
            &here,
            "message",
            Box::new(move |_| {
                arrived.has_arrived.set(true);
                let waker = arrived.waker.take();
                if let Some(waker) = waker {
                    waker.wake();
                }
            }),
        );
        here.start();
        Some(Self {
            here,
            there,
            arrival,
            _listener: listener,
        })
    }

    async fn yield_now(&self) {
        // A message that cannot be sent is not waited for.
        if self.there.post_message(&JsValue::UNDEFINED).is_err() {
            return;
        }
        poll_fn(|context| {
            if self.arrival.has_arrived.take() {
                return Poll::Ready(());
            }
            self.arrival.waker.put(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

impl Drop for MacrotaskYield {
    fn drop(&mut self) {
        self.here.close();
    }
}
