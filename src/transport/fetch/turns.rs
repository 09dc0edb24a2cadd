//! Turns for others, however fast the server sends.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
    time::Duration,
};

use gloo_events::EventListener;
use wasm_bindgen::JsValue;
use web_sys::{MessageChannel, MessagePort};

use crate::host::{BrowserHost, Host};

/// The longest that everything else has to wait while a stream is read.
const LONGEST: Duration = Duration::from_millis(10);

/// The most events between two turns, where queues hold more.
const MOST_EVENTS: usize = 2048;

/// After how many events to look at the clock, which costs as much as a small event.
const LOOK: usize = 32;

/// Gives turns of the event loop to others: to the consumers of streams before their queues are full, and to the page
/// before it freezes. Chunks come by promises, which by themselves let nobody else in as long as there are more.
pub(super) struct Turns {
    /// Made for the first turn: a stream that is soon over needs none.
    others: Option<Others>,
    /// So many events at most between two turns.
    events: usize,
    heard: usize,
    since: Duration,
}

impl Turns {
    /// For queues of this capacity.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            others: None,
            events: (capacity / 2).clamp(1, MOST_EVENTS),
            heard: 0,
            since: BrowserHost.now(),
        }
    }

    /// Whether it is time for a turn, after another event.
    pub(super) fn is_due(&mut self) -> bool {
        self.heard += 1;
        self.heard >= self.events || (self.heard.is_multiple_of(LOOK) && self.is_late())
    }

    pub(super) async fn after_a_chunk(&mut self) {
        if self.is_late() {
            self.give().await;
        }
    }

    fn is_late(&self) -> bool {
        BrowserHost.now().saturating_sub(self.since) >= LONGEST
    }

    pub(super) async fn give(&mut self) {
        self.others = self.others.take().or_else(Others::new);
        if let Some(others) = &self.others {
            others.go_first().await;
        }
        self.heard = 0;
        self.since = BrowserHost.now();
    }
}

/// Lets others go first, by a message to oneself: it comes after all that waits already, where timers would be held back in
/// hidden pages. A promise of it would be kept for ever where the wait is dropped, as no message comes any more.
struct Others {
    here: MessagePort,
    there: MessagePort,
    arrival: Rc<Arrival>,
    _listener: EventListener,
}

#[derive(Default)]
struct Arrival {
    is_there: Cell<bool>,
    waiting: RefCell<Option<Waker>>,
}

impl Others {
    fn new() -> Option<Self> {
        let channel = MessageChannel::new().ok()?;
        let (here, there) = (channel.port1(), channel.port2());
        let arrival = Rc::<Arrival>::default();
        let arrived = Rc::clone(&arrival);
        let listener = EventListener::new(&here, "message", move |_| {
            arrived.is_there.set(true);
            let waiting = arrived.waiting.take();
            if let Some(waiting) = waiting {
                waiting.wake();
            }
        });
        here.start();
        Some(Self {
            here,
            there,
            arrival,
            _listener: listener,
        })
    }

    async fn go_first(&self) {
        // What cannot be sent is not waited for.
        if self.there.post_message(&JsValue::UNDEFINED).is_err() {
            return;
        }
        poll_fn(|context| {
            if self.arrival.is_there.take() {
                return Poll::Ready(());
            }
            self.arrival.waiting.replace(Some(context.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}

impl Drop for Others {
    fn drop(&mut self) {
        self.here.close();
    }
}
