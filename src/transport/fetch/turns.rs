//! Turns for others, however fast the server sends.

use std::time::Duration;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

use crate::host::{BrowserHost, Host};

/// The longest that everything else has to wait while a stream is read.
const LONGEST: Duration = Duration::from_millis(16);

/// The most events between two turns, where queues hold more.
const MOST_EVENTS: usize = 2048;

/// After how many events to look at the clock, which costs as much as a small event.
const LOOK: usize = 32;

/// Gives turns of the event loop to others: to the consumers of streams before their queues are full, and to the page
/// before it freezes. Chunks come by promises, which by themselves let nobody else in as long as there are more.
pub(super) struct Turns {
    /// Made for the first turn: a stream that is soon over needs none.
    channel: Option<MessageChannel>,
    /// So many events at most between two turns.
    events: usize,
    heard: usize,
    since: Duration,
}

impl Turns {
    /// For queues of this capacity.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            channel: None,
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

    /// A message to oneself comes after all that waits already; timers would be held back in hidden pages.
    pub(super) async fn give(&mut self) {
        self.channel = self.channel.take().or_else(|| MessageChannel::new().ok());
        if let Some(channel) = &self.channel {
            wait_for_a_message(channel).await;
        }
        self.heard = 0;
        self.since = BrowserHost.now();
    }
}

impl Drop for Turns {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.port1().close();
        }
    }
}

async fn wait_for_a_message(channel: &MessageChannel) {
    let (here, there) = (channel.port1(), channel.port2());
    let message = Promise::new(&mut |resolve, _| {
        here.set_onmessage(Some(&resolve));
        // What cannot be sent is not waited for.
        if there.post_message(&JsValue::UNDEFINED).is_err() {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    });
    let _ = JsFuture::from(message).await;
}
