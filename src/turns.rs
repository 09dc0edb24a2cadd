//! Turns of the event loop for others, however much there is to do.

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

/// The longest that everything else has to wait.
const LONGEST: Duration = Duration::from_millis(16);

/// Gives turns to others. Promises by themselves let nobody else in as long as there are more.
pub(crate) struct Turns {
    /// Made for the first turn: what is soon over needs none.
    others: Option<Others>,
    since: Duration,
}

impl Turns {
    pub(crate) fn new() -> Self {
        Self {
            others: None,
            since: BrowserHost.now(),
        }
    }

    /// Whether others have waited for long enough.
    pub(crate) fn are_due(&self) -> bool {
        BrowserHost.now().saturating_sub(self.since) >= LONGEST
    }

    pub(crate) async fn give(&mut self) {
        self.others = self.others.take().or_else(Others::new);
        if let Some(others) = &self.others {
            others.go_first().await;
        }
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
