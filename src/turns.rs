//! Turns of the event loop for others, however much there is to do.

use std::time::Duration;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

use crate::host::{BrowserHost, Host};

/// The longest that everything else has to wait.
const LONGEST: Duration = Duration::from_millis(16);

/// Gives turns to others. Promises by themselves let nobody else in as long as there are more.
pub(crate) struct Turns {
    /// Made for the first turn: what is soon over needs none.
    channel: Option<MessageChannel>,
    since: Duration,
}

impl Turns {
    pub(crate) fn new() -> Self {
        Self {
            channel: None,
            since: BrowserHost.now(),
        }
    }

    /// Whether others have waited for long enough.
    pub(crate) fn are_due(&self) -> bool {
        BrowserHost.now().saturating_sub(self.since) >= LONGEST
    }

    /// A message to oneself comes after all that waits already; timers would be held back in hidden pages.
    pub(crate) async fn give(&mut self) {
        self.channel = self.channel.take().or_else(|| MessageChannel::new().ok());
        if let Some(channel) = &self.channel {
            wait_for_a_message(channel).await;
        }
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
