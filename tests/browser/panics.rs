//! Callbacks that panic. In wasm a panic aborts the running code without unwinding. The source can still be closed.

use futures::StreamExt;
use typed_eventsource::{CloseReason, Error, Event, EventSource, Listener, State, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{
    Attempt, Heard, Left, Observed, Script, Step, Transport, listen, run_with_panics, send, states,
    stream,
};

/// Sends an event to a callback that panics, and another event after it.
async fn panic_and_more() -> Script {
    let events = "event: panic\ndata\n\ndata: 1\n\n";
    Script::put([Attempt::sending(events)]).await
}

/// A listener to `panic` that reports each event and then panics.
fn panicking(source: &EventSource) -> (Listener, Heard<()>) {
    let (hear, heard) = Heard::new();
    let listener = source.on("panic", move |_: Event<Text>| {
        hear(());
        panic!("on purpose");
    });
    (listener.expect("a valid name"), heard)
}

#[wasm_bindgen_test]
async fn a_source_whose_callback_has_panicked_can_be_closed() {
    run_with_panics(async || {
        let script = panic_and_more().await;
        let observed = Observed::new();
        let source = script.open();
        let (listener, mut panicked) = panicking(&source);
        let events = stream::<Text>(&source, "message");
        let mut states = states(&source);
        let closed = source.closed();
        panicked.next().await;
        source.close();
        drop((source, listener));
        assert!(matches!(closed.await, CloseReason::Requested));
        assert!(events.collect::<Vec<_>>().await.iter().all(Result::is_ok));
        let last = states.rest().await.pop();
        assert_eq!(last, Some(State::Closed(CloseReason::Requested)));
        assert_eq!(observed.left(), Left::NOTHING);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_callback_that_closes_the_source_and_then_panics_has_closed_it() {
    run_with_panics(async || {
        let script = panic_and_more().await;
        let source = script.open();
        let handle = source.clone();
        let _panics = source.on("panic", move |_: Event<Text>| {
            handle.close();
            panic!("on purpose");
        });
        let mut states = states(&source);
        let stream = stream::<u8>(&source, "message");
        assert!(matches!(source.closed().await, CloseReason::Requested));
        assert_eq!(stream.count().await, 0);
        assert!(matches!(states.rest().await.last(), Some(State::Closed(_))));
    })
    .await;
}

#[wasm_bindgen_test]
async fn other_sources_are_not_affected_by_a_panic() {
    run_with_panics(async || {
        let script = panic_and_more().await;
        let other_script = Script::put([Attempt::playing([Step::Wait, send("data: 2\n\n")])]).await;
        let (source, other) = (script.open(), other_script.open());
        let (_listener, mut panicked) = panicking(&source);
        let mut heard = listen::<u8>(&other, "message");
        panicked.next().await;
        other_script.release().await;
        assert_eq!(heard.next().await, 2);
        source.close();
        other.close();
    })
    .await;
}

/// Over `fetch` the source reads nothing more after the panic.
#[wasm_bindgen_test]
async fn a_source_that_keeps_receiving_after_a_panic_closes_when_too_many_events_wait() {
    run_with_panics(async || {
        if Transport::selected().is_fetch() {
            return;
        }
        let flood = Attempt::playing([
            send("event: panic\ndata\n\n"),
            Step::Repeat {
                times: 20_000,
                send: "data: 1\n\n",
            },
            Step::Silence,
        ]);
        let script = Script::put([flood]).await;
        let observed = Observed::new();
        let source = script.open();
        let (_listener, _panicked) = panicking(&source);
        let _heard = listen::<u8>(&source, "message");
        let reason = source.closed().await;
        assert!(
            matches!(reason, CloseReason::Policy(Error::Internal { .. })),
            "{reason:?}"
        );
        assert_eq!(observed.left(), Left::NOTHING);
    })
    .await;
}
