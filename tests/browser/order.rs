//! What one source receives it hands over in that order, changes of state included.

use typed_eventsource::{Policy, State};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Heard, Script, Transport, journal, run};

#[wasm_bindgen_test]
async fn events_errors_and_states_come_in_the_order_in_which_they_happened() {
    run(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\nevent: a\ndata: 1\n\nevent: b\ndata: 2\n\n"),
            Attempt::sending("event: b\ndata: 3\n\nevent: a\ndata: 4\n\n"),
        ])
        .await;
        let source = script.open();
        let mut journal = journal(&source, &["b", "a"]);
        let heard = journal.take(5).await;
        assert_eq!(heard[..3], ["open", "a: 1", "b: 2"]);
        assert!(
            heard[3].starts_with("error: the connection to"),
            "{heard:?}"
        );
        assert!(heard[4].starts_with("waiting"), "{heard:?}");
        let reconnection: &[&str] = if Transport::selected().is_fetch() {
            &["connecting", "open", "b: 3", "a: 4"]
        } else {
            &["open", "b: 3", "a: 4"]
        };
        assert_eq!(journal.take(reconnection.len()).await, reconnection);
        source.close();
        assert_eq!(journal.rest().await, ["closed by the application"]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_error_that_closes_the_source_comes_before_the_closed_state() {
    run(async || {
        let script = Script::put([Attempt::ending("data: 1\n\n")]).await;
        let source = script.open_with(Policy::close_on_error());
        let mut journal = journal(&source, &["message"]);
        let heard = journal.rest().await;
        assert_eq!(heard[..2], ["open", "message: 1"]);
        assert!(
            heard[2].starts_with("error: the connection to"),
            "{heard:?}"
        );
        assert!(
            heard[3].starts_with("closed: the connection to"),
            "{heard:?}"
        );
        assert_eq!(heard.len(), 4);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_state_that_is_told_is_the_state_that_it_is_in() {
    run(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\n\n"),
            Attempt::sending("event: bye\ndata:\n\n"),
        ])
        .await;
        let source = script
            .builder()
            .terminal_event("bye")
            .open()
            .expect("a valid URL");
        assert!(matches!(source.state(), State::Connecting));
        let (hear, mut states) = Heard::new();
        let handle = source.clone();
        let _listener = source.on_state(move |told| {
            hear((told.to_string(), handle.state().to_string()));
        });
        let told: Vec<_> = states
            .rest()
            .await
            .into_iter()
            .map(|(told, is)| {
                assert_eq!(told, is);
                told
            })
            .collect();
        let waiting: &[&str] = if Transport::selected().is_fetch() {
            &["waiting 10ms for attempt 1", "connecting"]
        } else {
            &["waiting for attempt 1"]
        };
        let finished = "closed: the server has finished";
        assert_eq!(told, [&["open"], waiting, &["open", finished]].concat());
    })
    .await;
}
