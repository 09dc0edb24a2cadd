//! What a source does when its connection fails.

use futures::StreamExt;
use serde::Deserialize;
use typed_eventsource::{Error, Policy, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{
    Attempt, Script, Step, Transport, errors, is_webkit, journal, listen, run, run_over, send,
};

/// Sends this text, and breaks the connection when the test says so.
fn torn(text: &str) -> Attempt {
    Attempt::playing([send(text), Step::Wait, Step::Reset])
}

#[wasm_bindgen_test]
async fn events_that_arrived_whole_before_a_reset_are_kept_and_the_cut_event_is_not() {
    run(async || {
        if is_webkit() && !Transport::selected().is_fetch() {
            return;
        }
        let torn = torn("retry: 10\nid: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3");
        let script = Script::put([torn, Attempt::sending("id: 4\ndata: 4\n\n")]).await;
        let source = script.open();
        let mut errors = errors(&source);
        let mut messages = listen::<u8>(&source, "message");
        assert_eq!(messages.take(2).await, [1, 2]);
        script.release().await;
        assert_eq!(messages.next().await, 4);
        let error = errors.next().await;
        assert!(matches!(&error, Error::ConnectionLost { url, .. } if **url == *script.url()));
        let seen = script.seen().await;
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[1].header("last-event-id"), "2");
        assert_eq!(source.last_event_id(), "4");
    })
    .await;
}

#[wasm_bindgen_test]
async fn in_webkit_the_browsers_own_source_joins_a_cut_event_with_the_next_one() {
    if !is_webkit() {
        return;
    }
    run_over(Transport::Browser, async || {
        let torn = torn("retry: 10\ndata: 1\n\ndata: 2");
        let script = Script::put([torn, Attempt::sending("id: 3\ndata: 3\n\n")]).await;
        let source = script.open();
        let mut messages = listen::<Text>(&source, "message");
        assert_eq!(messages.next().await.0, "1");
        script.release().await;
        assert_eq!(messages.next().await.0, "2id: 3\n3");
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_end_of_a_response_is_a_lost_connection_and_another_one_is_made() {
    run(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\nid: 7\ndata: 1\n\n"),
            Attempt::playing([send("data: 2\n\n"), Step::End]),
            Attempt::sending("data: 3\n\n"),
        ])
        .await;
        let source = script.open();
        let mut journal = journal(&source, &["message"]);
        let lost = format!("error: the connection to {} was lost", script.url());
        let (cause, states): (&str, &[&str]) = if Transport::selected().is_fetch() {
            (
                ": the server ended the stream",
                &["waiting 10ms for attempt 1", "connecting", "open"],
            )
        } else {
            ("", &["waiting for attempt 1", "open"])
        };
        let lost = lost + cause;
        let reconnection = [&[lost.as_str()], states].concat();
        let expected = [&["open", "message: 1"], &reconnection[..], &["message: 2"]].concat();
        assert_eq!(journal.take(expected.len()).await, expected);
        let expected = [&reconnection[..], &["message: 3"]].concat();
        assert_eq!(journal.take(expected.len()).await, expected);
        let seen = script.seen().await;
        let ids: Vec<_> = seen
            .iter()
            .map(|attempt| attempt.header("last-event-id"))
            .collect();
        assert_eq!(ids, ["", "7", "7"]);
    })
    .await;
}

/// The browser dispatches events of the server under the same names as its own events.
#[wasm_bindgen_test]
async fn events_that_the_server_names_open_and_error_do_not_change_the_state() {
    run(async || {
        let script = Script::put([Attempt::sending(
            "event: error\ndata: 1\n\nevent: open\ndata: 2\n\ndata: 3\n\n",
        )])
        .await;
        let source = script.open_with(Policy::close_on_error());
        let mut journal = journal(&source, &["message"]);
        assert_eq!(journal.take(2).await, ["open", "message: 3"]);
    })
    .await;
}

/// Anthropic, Replicate and others name an event `error`.
#[wasm_bindgen_test]
async fn events_that_the_server_names_open_and_error_can_be_listened_to() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Feed {
        Open(u8),
        Error(u8),
    }
    run(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\nevent: error\ndata: 1\n\nevent: open\ndata: 2\n\n"),
            Attempt::sending("event: error\ndata: 3\n\n"),
        ])
        .await;
        let source = script.builder().terminal_event("error-free").open();
        let source = source.expect("a valid URL");
        let mut errors = listen::<u8>(&source, "error");
        let mut opens = listen::<u8>(&source, "open");
        let mut feed = source.events::<Feed>().expect("names of events");
        assert_eq!(
            errors.take(2).await,
            [1, 3],
            "a loss of the connection was reported"
        );
        assert_eq!(opens.next().await, 2);
        let mut heard = Vec::new();
        while heard.len() < 3 {
            let item = feed.next().await.expect("an event");
            // The stream yields the loss as an item.
            heard.extend(item.ok().map(|event| event.data));
        }
        assert_eq!(heard, [Feed::Error(1), Feed::Open(2), Feed::Error(3)]);
    })
    .await;
}
