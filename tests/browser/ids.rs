//! Events that come twice, and those that do not come.

use std::time::Duration;

use serde::Deserialize;
use typed_eventsource::{Event, EventSource, Gap, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Heard, Script, Transport, run};

/// What a source hears of messages and gaps.
fn journal(source: &EventSource) -> (Heard<String>, [typed_eventsource::Listener; 3]) {
    let (hear, heard) = Heard::new();
    let hear_gap = hear.clone();
    let listeners = [
        source.on("message", move |event: Event<Text>| hear(event.data.0)),
        Ok(source.on_gap(
            move |Gap {
                      after,
                      before,
                      missed,
                      ..
                  }| {
                hear_gap(format!("{missed} between {after} and {before}"));
            },
        )),
        Ok(source.on_error(|_| {})),
    ];
    (
        heard,
        listeners.map(|listener| listener.expect("a valid name")),
    )
}

#[wasm_bindgen_test]
async fn what_is_played_again_is_heard_once_and_a_gap_is_told() {
    run(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\nid: 1\ndata: 1\n\ndata: inherits\n\nid: 4\ndata: 4\n\n"),
            Attempt::ending("id: 1\ndata: 1\n\nid: 4\ndata: 4\n\ndata: inherits\n\n"),
            Attempt::sending("id: 4\ndata: 4\n\nid: 9\ndata: 9\n\nid: 11\ndata: 11\n\n"),
        ])
        .await;
        let source = script
            .builder()
            .deduplicate(10)
            .open()
            .expect("a valid URL");
        let (mut heard, _listeners) = journal(&source);
        let expected = [
            "1",
            "inherits",
            "4",
            "inherits",
            "4 between 4 and 9",
            "9",
            "11",
        ];
        assert_eq!(heard.take(expected.len()).await, expected);
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_enum_hears_each_of_its_events_once() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Feed {
        Tick(u8),
        Halt,
    }

    run(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\nid: a\nevent: tick\ndata: 1\n\nid: b\nevent: halt\ndata\n\n"),
            Attempt::sending("id: a\nevent: tick\ndata: 1\n\nid: b\nevent: halt\ndata\n\nid: c\nevent: tick\ndata: 2\n\n"),
        ])
        .await;
        let source = script.builder().deduplicate(2).open().expect("a valid URL");
        let (hear, mut heard) = Heard::new();
        let _listener = source.on_events(move |event: Event<Feed>| hear(event.data));
        let _problems = source.on_error(|_| {});
        assert_eq!(heard.take(3).await, [Feed::Tick(1), Feed::Halt, Feed::Tick(2)]);
    })
    .await;
}

/// Over `fetch`; the browser's own source keeps its last event id, and does not tell whose it is.
#[wasm_bindgen_test]
async fn the_first_event_of_a_connection_may_inherit_its_id() {
    run(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\nid: 1\ndata: 1\n\n"),
            Attempt::sending("data: first\n\ndata: second\n\n"),
        ])
        .await;
        let source = script
            .builder()
            .deduplicate(10)
            .open()
            .expect("a valid URL");
        let (mut heard, _listeners) = journal(&source);
        let expected: &[_] = if Transport::selected().is_fetch() {
            &["1", "first", "second"]
        } else {
            &["1", "second"]
        };
        assert_eq!(heard.take(expected.len()).await, expected);
    })
    .await;
}

/// Nothing is told of them over the browser's own source.
#[cfg(feature = "fetch")]
#[wasm_bindgen_test]
async fn events_that_nobody_listens_to_are_no_gap_over_fetch() {
    run(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\nid: 1\ndata: 1\n\n"),
            Attempt::ending("id: 2\nevent: x\ndata\n\nid: 3\nevent: x\ndata\n\nid: 4\ndata: 4\n\nid: 5\nevent: x\ndata\n\n"),
            Attempt::ending("id: 6\n\n"),
            Attempt::sending("id: 7\ndata: 7\n\n"),
        ])
        .await;
        if !Transport::selected().is_fetch() {
            return;
        }
        let source = script.open();
        let (mut heard, _listeners) = journal(&source);
        assert_eq!(heard.take(3).await, ["1", "4", "7"]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn what_comes_again_keeps_the_backoff_growing() {
    run(async || {
        let again = "retry: 10\nid: 1\ndata: 1\n\n";
        let script = Script::put([
            Attempt::ending(again),
            Attempt::ending(again),
            Attempt::ending(again),
        ])
        .await;
        let source = script
            .builder()
            .deduplicate(10)
            .policy(
                typed_eventsource::Policy::browser()
                    .close_after_losses(3)
                    .healthy_after(Duration::from_secs(60)),
            )
            .open()
            .expect("a valid URL");
        let (mut heard, _listeners) = journal(&source);
        source.closed().await;
        assert_eq!(heard.rest().await, ["1"]);
        assert_eq!(script.seen().await.len(), 3);
    })
    .await;
}
