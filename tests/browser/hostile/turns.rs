//! A flood leaves the page its turns.

use std::{cell::Cell, rc::Rc};

use futures::channel::oneshot;
use gloo_events::EventListener;
use typed_eventsource::{Event, Text};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::MessageChannel;

use super::super::support::{Script, Transport, run_over};

/// So many events are handed over at the most before others have their turn.
const MOST_EVENTS: u32 = 2048;

/// Lets all that waits already go first, as a source does.
async fn turn() {
    let channel = MessageChannel::new().expect("a channel");
    let (here, there) = (channel.port1(), channel.port2());
    let (sender, arrival) = oneshot::channel();
    let _listener = EventListener::once(&here, "message", move |_| {
        // The test that waited for it may be over.
        let _ = sender.send(());
    });
    here.start();
    there.post_message(&JsValue::NULL).expect("a message");
    arrival.await.expect("it arrives");
    here.close();
}

#[wasm_bindgen_test]
async fn tiny_events_without_end_leave_the_page_its_turns() {
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
            assert!(between <= MOST_EVENTS, "{between} between two turns");
            turns += u32::from(between > 0);
        }
    })
    .await;
}
