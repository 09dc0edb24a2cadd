//! The event loop has turns during a flood.

use std::{cell::Cell, rc::Rc};

use futures::channel::oneshot;
use gloo_events::EventListener;
use typed_eventsource::{Event, Text};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::MessageChannel;

use super::super::support::{Script, Transport, is_webkit, run_over};

/// The most events that are handed over between two turns of the event loop.
const MOST_EVENTS: u32 = 16 * 1024;

/// Waits for a turn of the event loop, as a source does.
async fn turn() {
    let channel = MessageChannel::new().expect("a channel");
    let (here, there) = (channel.port1(), channel.port2());
    let (sender, arrival) = oneshot::channel();
    let _listener = EventListener::once(&here, "message", move |_| {
        // The test may be over.
        let _ = sender.send(());
    });
    here.start();
    there.post_message(&JsValue::NULL).expect("a message");
    arrival.await.expect("it arrives");
    here.close();
}

/// WebKit takes in whatever a server sends, before any script has a turn, until there is no memory left.
#[wasm_bindgen_test]
async fn the_event_loop_has_turns_during_tiny_events_without_end_except_in_webkit() {
    if is_webkit() {
        return;
    }
    run_over(Transport::Fetch, async || {
        let source = Script::attack("flood-events").await.open();
        let heard = Rc::new(Cell::new(0u32));
        let count = Rc::clone(&heard);
        let _listener = source.on("message", move |_: Event<Text>| count.set(count.get() + 1));
        let mut turns = 0;
        while turns < 8 {
            let before = heard.get();
            turn().await;
            let between = heard.get() - before;
            assert!(between <= MOST_EVENTS, "{between} events between two turns");
            turns += u32::from(between > 0);
        }
    })
    .await;
}
