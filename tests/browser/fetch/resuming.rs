//! What changes the last event id, and how it is sent.

use typed_eventsource::{Fetch, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Heard, Script, Step, id_as_sent, listen},
    resilient, run,
};

/// The `Last-Event-ID` header of the second attempt, after the first one has sent this text and ended. Only messages are
/// listened to.
async fn resumed_after(text: &str) -> Option<String> {
    let script = Script::put([Attempt::ending(text), Attempt::sending("")]).await;
    let source = script.open_with(resilient());
    let _messages: Heard<Text> = listen(&source, "message");
    let seen = script.seen_attempts(2).await;
    let id = seen[1].header("last-event-id");
    assert_eq!(id_as_sent(&source.last_event_id()), id);
    seen[1].has_header("last-event-id").then(|| id.to_owned())
}

#[wasm_bindgen_test]
async fn the_last_event_id_is_sent_as_utf_8_except_that_webkitgtk_encodes_it_twice() {
    run(async || {
        for id in ["7", "a b", "é", "日本", "🦀", "~!\"#"] {
            let resumed = resumed_after(&format!("id: {id}\ndata: 1\n\n")).await;
            assert_eq!(resumed, Some(id_as_sent(id)));
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn each_finished_block_may_change_the_last_event_id_and_an_empty_id_is_not_sent() {
    run(async || {
        for (text, expected) in [
            ("data: 1\n\n", None),
            ("id: 7\ndata: 1\n\nid:\n\n", None),
            ("id: 7\ndata: 1\n\nid\ndata: 2\n\n", None),
            ("id: 1\nevent: other\ndata: x\n\n: a comment\n\n", Some("1")),
            ("id: 1\ndata: 1\n\nid: 3\n\n", Some("3")),
            ("id: 1\ndata: 1\n\nid: 2\ndata: 2\n", Some("1")),
        ] {
            assert_eq!(resumed_after(text).await.as_deref(), expected, "{text:?}");
        }
    })
    .await;
}

fn ids(seen: &[super::super::support::SeenAttempt]) -> Vec<&str> {
    seen.iter()
        .map(|attempt| attempt.header("last-event-id"))
        .collect()
}

#[wasm_bindgen_test]
async fn the_last_event_id_stays_after_attempts_that_fail_or_send_no_event() {
    run(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\nid: 7\ndata: 1\n\n"),
            Attempt::answering(503),
            Attempt::ending(""),
            Attempt::playing([Step::Reset]),
            Attempt::ending("data: 2\n\n"),
            Attempt::sending(""),
        ])
        .await;
        let source = script.open_with(resilient());
        let _messages: Heard<u8> = listen(&source, "message");
        let seen = script.seen_attempts(6).await;
        assert_eq!(ids(&seen), ["", "7", "7", "7", "7", "7"]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_can_start_at_the_position_of_another() {
    run(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\n\n"),
            Attempt::ending("retry: 10\nid: 8\ndata: 1\n\n"),
            Attempt::sending("data: 2\n\n"),
        ])
        .await;
        let fetch = Fetch::new()
            .header("Last-Event-ID", "stale")
            .last_event_id("7");
        let source = script.builder().fetch(fetch).open().expect("a request");
        assert_eq!(source.last_event_id(), "7");
        let _messages: Heard<Text> = listen(&source, "message");
        assert_eq!(ids(&script.seen_attempts(3).await), ["7", "7", "8"]);
    })
    .await;
}
