//! The server says that it is done.

use futures::StreamExt;
use typed_eventsource::{CloseReason, EventSource, Policy, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{
    Attempt, Console, Left, Observed, Script, errors, journal, listen, next_data, run, stream,
};

/// It has closed for that reason, with no error, and the server saw it go.
async fn has_finished(script: &Script, source: &EventSource) {
    let console = Console::new();
    let reason = source.closed().await;
    assert!(matches!(reason, CloseReason::Finished), "{reason:?}");
    assert_eq!(console.errors(), [""; 0]);
    let seen = script.seen_closed(1).await;
    assert_eq!(
        (seen.len(), seen[0].closed_by.as_deref()),
        (1, Some("client"))
    );
}

#[wasm_bindgen_test]
async fn the_terminal_event_is_handed_over_and_closes_the_source() {
    run(async || {
        let text = "data: 1\n\nevent: bye\ndata: thanks\n\ndata: 2\n\nevent: bye\ndata: x\n\n";
        let script = Script::put([Attempt::sending(text)]).await;
        let source = script
            .builder()
            .terminal_event("bye")
            .open()
            .expect("a valid URL");
        let mut journal = journal(&source, &["bye", "message"]);
        let mut farewell = stream::<Text>(&source, "bye");
        let mut numbers = stream::<u8>(&source, "message");
        has_finished(&script, &source).await;
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
async fn the_terminal_event_is_heard_though_nobody_listens_to_it() {
    run(async || {
        let observed = Observed::new();
        let script = Script::put([Attempt::sending("data: 1\n\nevent: bye\ndata:\n\n")]).await;
        let source = script
            .builder()
            .terminal_event("bye")
            .open()
            .expect("a valid URL");
        has_finished(&script, &source).await;
        assert_eq!(observed.left(), Left::NOTHING);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_terminal_data_closes_the_source_and_is_not_handed_over() {
    run(async || {
        let script = Script::put([Attempt::sending("data: 1\n\ndata: [DONE]\n\ndata: 2\n\n")]);
        let script = script.await;
        let source = script.builder().terminal_data("[DONE]").open();
        let source = source.expect("a valid URL");
        let mut errors = errors(&source);
        let mut heard = listen::<u8>(&source, "message");
        let mut numbers = stream::<u8>(&source, "message");
        has_finished(&script, &source).await;
        assert_eq!(heard.rest().await, [1]);
        assert_eq!(next_data(&mut numbers).await, 1);
        assert!(numbers.next().await.is_none());
        assert!(errors.rest().await.is_empty());
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_terminal_data_is_heard_though_nobody_listens() {
    run(async || {
        let script = Script::put([Attempt::sending("data: 1\n\ndata: [DONE]\n\n")]).await;
        let source = script.builder().terminal_data("[DONE]").open();
        has_finished(&script, &source.expect("a valid URL")).await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_terminal_data_counts_under_any_name_that_is_listened_to() {
    run(async || {
        let text = "event: other\ndata: [DONE]\n\nevent: token\ndata: a\n\n\
                    event: token\ndata: [DONE] not\n\nevent: token\ndata: [DONE]\n\n";
        let script = Script::put([Attempt::sending(text)]).await;
        let source = script.builder().terminal_data("[DONE]").open();
        let source = source.expect("a valid URL");
        let mut tokens = listen::<Text>(&source, "token");
        has_finished(&script, &source).await;
        let heard = tokens.rest().await;
        assert_eq!(heard, ["a", "[DONE] not"].map(|text| Text(text.into())));
    })
    .await;
}

#[wasm_bindgen_test]
async fn finishing_is_no_error_though_the_server_then_hangs_up() {
    run(async || {
        let text = "retry: 10\ndata: 1\n\nevent: bye\ndata:\n\n";
        let script = Script::put([Attempt::ending(text)]).await;
        let builder = script.builder().terminal_event("bye");
        let source = builder.policy(Policy::close_on_error()).open();
        let mut journal = journal(&source.expect("a valid URL"), &[]);
        assert_eq!(
            journal.rest().await,
            ["open", "closed: the server has finished"]
        );
        assert_eq!(script.seen_closed(1).await.len(), 1);
    })
    .await;
}
