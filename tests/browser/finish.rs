//! The server says that it has finished.

use futures::StreamExt;
use typed_eventsource::{CloseReason, EventSource, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Console, Left, Observed, Script, journal, next_data, run, stream};

/// The source has closed as finished, without an error, and the server saw that the client left.
async fn assert_finished(script: &Script, source: &EventSource) {
    let console = Console::new();
    let reason = source.closed().await;
    assert!(matches!(reason, CloseReason::Finished), "{reason:?}");
    assert_eq!(console.errors(), [""; 0]);
    script.assert_client_left().await;
}

#[wasm_bindgen_test]
async fn the_terminal_event_is_delivered_and_closes_the_source() {
    run(async || {
        let text = "data: 1\n\nevent: bye\ndata: thanks\n\ndata: 2\n\nevent: bye\ndata: x\n\n";
        let script = Script::put([Attempt::sending(text)]).await;
        let source = script.builder().terminal_event("bye").open();
        let source = source.expect("a valid URL");
        let mut journal = journal(&source, &["bye", "message"]);
        let mut farewell = stream::<Text>(&source, "bye");
        let mut numbers = stream::<u8>(&source, "message");
        assert_finished(&script, &source).await;
        let closed = "closed: the server has finished";
        assert_eq!(
            journal.rest().await,
            ["open", "message: 1", "bye: thanks", closed]
        );
        assert_eq!(next_data(&mut farewell).await.0, "thanks");
        assert!(farewell.next().await.is_none());
        assert_eq!(next_data(&mut numbers).await, 1);
        assert!(numbers.next().await.is_none());
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_terminal_event_that_nobody_listens_to_closes_the_source() {
    run(async || {
        let observed = Observed::new();
        let script = Script::put([Attempt::sending("event: bye\ndata: [DONE]\n\n")]).await;
        let builder = script.builder().terminal_event("bye");
        assert_finished(&script, &builder.open().expect("a valid URL")).await;
        let script = Script::put([Attempt::sending("data: [DONE]\n\n")]).await;
        let builder = script.builder().terminal_data("[DONE]");
        assert_finished(&script, &builder.open().expect("a valid URL")).await;
        assert_eq!(observed.left(), Left::NOTHING);
    })
    .await;
}
