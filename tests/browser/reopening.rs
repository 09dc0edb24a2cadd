//! The policy reopens a source that the browser has given up.

use std::time::Duration;

use typed_eventsource::{Backoff, Policy};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Script, Transport, builder, listen, run};

fn backoff() -> Backoff {
    Backoff::new()
        .initial(Duration::from_millis(10))
        .jitter(false)
}

fn resilient() -> Policy {
    Policy::resilient().backoff(backoff())
}

#[wasm_bindgen_test]
async fn a_reopened_source_sends_its_position_in_the_resume_parameter() {
    run(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\nid: a b&c\ndata: 1\n\n"),
            Attempt::answering(503),
            Attempt::answering(503),
            Attempt::ending("retry: 10\nid: é\ndata: 2\n\n"),
            Attempt::answering(503),
            Attempt::sending("data: 3\n\n"),
        ])
        .await;
        let source = builder(format!("{}?room=7", script.url()))
            .resume_parameter("from")
            .policy(resilient())
            .open();
        let mut messages = listen::<u8>(&source.expect("a valid URL"), "message");
        assert_eq!(messages.take(3).await, [1, 2, 3]);
        let path = script.path();
        let start = format!("{path}?room=7");
        let resumed = format!("{path}?room=7&from=a+b%26c");
        let last = format!("{path}?room=7&from=%C3%A9");
        let seen = script.seen().await;
        let paths: Vec<_> = seen.iter().map(|attempt| attempt.path.as_str()).collect();
        let (second_and_fifth, header) = if Transport::selected().is_fetch() {
            ([&resumed, &last], "")
        } else {
            // The browser makes the second and the fifth attempt itself, with the header.
            ([&start, &resumed], "a b&c")
        };
        let expected: [&str; 6] = [
            &start,
            second_and_fifth[0],
            &resumed,
            &resumed,
            second_and_fifth[1],
            &last,
        ];
        assert_eq!(paths, expected);
        assert_eq!(seen[1].header("last-event-id"), header);
        assert_eq!(seen[2].header("last-event-id"), "");
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_event_without_an_id_leaves_the_position_of_a_reopened_source_as_it_is() {
    run(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\nid: 7\ndata: 1\n\n"),
            Attempt::answering(503),
            Attempt::ending("retry: 10\ndata: 2\n\n"),
            Attempt::answering(503),
            Attempt::sending("data: 3\n\n"),
        ])
        .await;
        let source = builder(script.url())
            .resume_parameter("from")
            .policy(resilient())
            .open()
            .expect("a valid URL");
        let mut messages = listen::<u8>(&source, "message");
        assert_eq!(messages.take(3).await, [1, 2, 3]);
        assert_eq!(source.last_event_id(), "7");
        let resumed = format!("{}?from=7", script.path());
        // Over the browser's own source, the browser makes the second and the fourth attempt.
        for number in [2, 4] {
            assert_eq!(script.seen().await[number].path, resumed, "{number}");
        }
    })
    .await;
}
