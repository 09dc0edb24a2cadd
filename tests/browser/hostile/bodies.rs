//! More than anybody can take, over the fetch transport: lines, events and floods without end.

use std::{cell::Cell, rc::Rc};

use futures::channel::oneshot;
use gloo_events::EventListener;
use gloo_timers::future::TimeoutFuture;
use typed_eventsource::{CloseReason, Error, Event, Fetch, State, Text};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::MessageChannel;

use super::super::support::{Attempt, Script, Step, Transport, listen, run_over, send, states};
#[cfg(feature = "gzip")]
use super::super::support::{gzip, send_bytes};

const MIB: usize = 1 << 20;

/// So many events are handed over at the most before others have their turn.
const MOST_EVENTS: u32 = 2048;

fn fill(send: &str) -> Step {
    Step::Fill {
        bytes: 1 << 50,
        send: send.into(),
    }
}

async fn run(body: impl AsyncFn()) {
    run_over(Transport::Fetch, body).await;
}

/// How large the memory of this wasm is, in bytes.
fn memory() -> u32 {
    let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    let buffer: js_sys::ArrayBuffer = memory.buffer().unchecked_into();
    buffer.byte_length()
}

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

/// A stream that is filled with this text closes the source, by this limit.
async fn is_too_large(start: &str, text: &str, max: usize) {
    let script = Script::put([Attempt::playing([send(start), fill(text)])]).await;
    let fetch = Fetch::new().max_event_size(max);
    let source = script.builder().fetch(fetch).open().expect("a valid URL");
    let _heard = listen::<Text>(&source, "message");
    let reason = source.closed().await;
    let is_told =
        matches!(reason, CloseReason::Policy(Error::EventTooLarge { limit }) if limit == max);
    assert!(is_told, "{start:?} {text:?}: {reason:?}");
    let seen = script.seen_closed(1).await;
    assert_eq!(
        (seen.len(), seen[0].closed_by.as_deref()),
        (1, Some("client"))
    );
}

#[wasm_bindgen_test]
async fn a_line_without_end_is_too_large_whatever_it_says() {
    run(async || {
        let before = memory();
        for start in [
            "data: ",
            "event: ",
            "id: ",
            "retry: ",
            "unknown: ",
            "no field",
            "data",
            "\u{feff}data: é",
        ] {
            is_too_large(start, "x0é", MIB).await;
        }
        assert!(memory() - before <= 16 * MIB as u32, "{before}");
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_event_without_end_is_too_large_however_small_its_lines() {
    run(async || {
        let before = memory();
        for line in [
            "data: 1\n",
            "data\n",
            "event: x\n",
            "id: 1\r\n",
            "data\nid\nevent\n",
        ] {
            is_too_large("", line, MIB).await;
        }
        assert!(memory() - before <= 16 * MIB as u32, "{before}");
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_comment_without_end_takes_no_memory() {
    run(async || {
        let long = Step::Fill {
            bytes: 32 * MIB as u64,
            send: "x".into(),
        };
        let steps = [send(":"), long, send("\n\ndata: 7\n\n"), Step::Silence];
        let script = Script::put([Attempt::playing(steps)]).await;
        let before = memory();
        let fetch = Fetch::new().max_event_size(10);
        let source = script.builder().fetch(fetch).open().expect("a valid URL");
        assert_eq!(listen::<u8>(&source, "message").next().await, 7);
        assert!(memory() - before <= 4 * MIB as u32, "{before}");
    })
    .await;
}

#[cfg(feature = "gzip")]
#[wasm_bindgen_test]
async fn a_body_that_inflates_without_end_is_too_large() {
    run(async || {
        let bomb = gzip(b'x', 64 << 20).await;
        assert!(bomb.len() < MIB);
        let attempt = Attempt::playing([send_bytes(&bomb), Step::Silence]);
        let script = Script::put([attempt.header("content-encoding", "gzip")]).await;
        let reason = script.open().closed().await;
        let is_told = matches!(reason, CloseReason::Policy(Error::EventTooLarge { .. }));
        assert!(is_told, "{reason:?}");
    })
    .await;
}

#[wasm_bindgen_test]
async fn tiny_events_without_end_leave_the_page_its_turns() {
    run(async || {
        let before = memory();
        for text in [
            "data\n\n",
            "event: unheard\ndata\n\n",
            "retry:1\n",
            ":\n",
            "\n",
        ] {
            let script = Script::put([Attempt::playing([fill(text)])]).await;
            let source = script.open();
            let heard = Rc::new(Cell::new(0u32));
            let count = Rc::clone(&heard);
            let _listener = source.on("message", move |_: Event<Text>| count.set(count.get() + 1));
            assert!(matches!(states(&source).next().await, State::Open));
            let is_heard = text == "data\n\n";
            let mut turns = 0;
            while turns < 8 || (is_heard && heard.get() == 0) {
                let before = heard.get();
                turn().await;
                let between = heard.get() - before;
                assert!(between <= MOST_EVENTS, "{between} between two turns");
                // Had the page no turns, this would not ring, nor anything else.
                TimeoutFuture::new(1).await;
                turns += 1;
            }
            assert!(matches!(source.state(), State::Open));
            source.close();
            script.seen_closed(1).await;
            assert_eq!(heard.get() > 0, is_heard);
        }
        assert!(memory() - before <= 8 * MIB as u32, "{before}");
    })
    .await;
}
