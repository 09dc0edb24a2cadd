//! Where the browser has given up and the policy has not.

use std::time::Duration;

use typed_eventsource::{Backoff, CloseReason, Decision, Error, Policy};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{
    Attempt, Script, Transport, builder, errors, is_refusal, listen, run, states,
};

fn backoff() -> Backoff {
    Backoff::new()
        .initial(Duration::from_millis(10))
        .jitter(false)
}

fn resilient() -> Policy {
    Policy::resilient().backoff(backoff())
}

#[wasm_bindgen_test]
async fn it_goes_on_after_503_with_growing_waits() {
    run(async || {
        let script = Script::put([
            Attempt::answering(503),
            Attempt::answering(503),
            Attempt::sending("data: up\n\n"),
        ])
        .await;
        let source = script.open_with(resilient());
        let mut errors = errors(&source);
        let mut states = states(&source);
        let expected = [
            "waiting 10ms for attempt 1",
            "connecting",
            "waiting 20ms for attempt 2",
            "connecting",
            "open",
        ];
        let heard = states.take(5).await;
        assert_eq!(
            heard.iter().map(ToString::to_string).collect::<Vec<_>>(),
            expected
        );
        let told = errors.so_far();
        assert_eq!(told.len(), 2);
        assert!(told.iter().all(|error| is_refusal(error, 503)), "{told:?}");
        assert_eq!(script.seen().await.len(), 3);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_source_closes_at_exactly_so_many_losses_in_a_row_though_each_connection_opens() {
    run(async || {
        let script = Script::put([Attempt::ending("retry: 10\n\n")]).await;
        let policy = Policy::browser().healthy_after(Duration::from_secs(3600));
        let reason = script
            .open_with(policy.close_after_losses(3))
            .closed()
            .await;
        let CloseReason::Policy(Error::TooMany { count: 3, last, .. }) = reason else {
            panic!("{reason:?}");
        };
        assert!(matches!(*last, Error::ConnectionLost { .. }), "{last:?}");
        assert_eq!(script.seen_closed(3).await.len(), 3);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_rule_may_reopen_whatever_has_happened() {
    run(async || {
        let script = Script::put([
            Attempt::sending("data: x\n\ndata: 1\n\n"),
            Attempt::answering(401),
            Attempt::sending("data: 2\n\n"),
        ])
        .await;
        let policy = Policy::browser().rule(|_| Decision::Reopen {
            after: Duration::from_millis(10),
        });
        let mut messages = listen::<u8>(&script.open_with(policy), "message");
        assert_eq!(messages.next().await, 2);
        let seen = script.seen_closed(2).await;
        assert_eq!(
            (seen.len(), seen[0].closed_by.as_deref()),
            (3, Some("client"))
        );
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_position_travels_in_the_query_under_the_name_that_was_given() {
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
        let paths: Vec<_> = seen.iter().map(|one| one.path.as_str()).collect();
        let (own, header) = if Transport::selected().is_fetch() {
            ([&resumed, &last], "")
        } else {
            // The second and the fifth are the browser's own, which carry the header.
            ([&start, &resumed], "a b&c")
        };
        let expected: [&str; 6] = [&start, own[0], &resumed, &resumed, own[1], &last];
        assert_eq!(paths, expected);
        assert_eq!(seen[1].header("last-event-id"), header);
        assert_eq!(seen[2].header("last-event-id"), "");
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_event_without_an_id_leaves_a_reopened_source_where_it_was() {
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
        // The second and the fourth are the browser's own, where it has one.
        for number in [2, 4] {
            assert_eq!(script.seen().await[number].path, resumed, "{number}");
        }
    })
    .await;
}
