//! Where the browser has given up and the policy has not.

use std::time::Duration;

use futures::StreamExt;
use typed_eventsource::{Backoff, CloseReason, Error, LimitAction, Policy, State, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{
    Attempt, Clock, Left, Observed, Script, Transport, builder, errors, is_refusal, journal,
    listen, next_error, run, states, stream,
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
async fn a_stream_goes_on_across_connections_and_tells_of_the_gap() {
    run(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\ndata: 1\n\n"),
            Attempt::answering(503),
            Attempt::sending("data: 2\n\n"),
        ])
        .await;
        let stream = stream::<u8>(&script.open_with(resilient()), "message");
        let items: Vec<_> = stream.take(4).collect().await;
        assert!(
            matches!(&items[0], Ok(event) if event.data == 1),
            "{items:?}"
        );
        assert!(
            matches!(&items[1], Err(Error::ConnectionLost { .. })),
            "{items:?}"
        );
        assert!(
            matches!(&items[2], Err(error) if is_refusal(error, 503)),
            "{items:?}"
        );
        assert!(
            matches!(&items[3], Ok(event) if event.data == 2),
            "{items:?}"
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

#[wasm_bindgen_test]
async fn without_a_parameter_the_url_stays_as_it_is() {
    run(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\nid: 7\ndata: 1\n\n"),
            Attempt::answering(503),
            Attempt::sending("data: 2\n\n"),
        ])
        .await;
        let mut messages = listen::<u8>(&script.open_with(resilient()), "message");
        assert_eq!(messages.take(2).await, [1, 2]);
        assert_eq!(script.seen().await[2].path, script.path());
    })
    .await;
}

#[wasm_bindgen_test]
async fn so_many_attempts_are_made_and_no_more() {
    run(async || {
        let script = Script::put([Attempt::answering(503)]).await;
        let policy = resilient().backoff(backoff().max_attempts(3));
        let source = script.open_with(policy);
        let mut journal = journal(&source, &[]);
        let mut messages = stream::<Text>(&source, "message");
        let reason = source.closed().await;
        let CloseReason::Policy(Error::TooMany { count: 3, last, .. }) = reason else {
            panic!("{reason:?}");
        };
        assert!(is_refusal(&last, 503), "{last:?}");
        // The first one, and three more.
        assert_eq!(script.seen().await.len(), 4);
        let heard = journal.rest().await;
        assert_eq!(heard.iter().filter(|line| *line == "connecting").count(), 3);
        assert!(
            heard[heard.len() - 1].starts_with("closed: gave up after 3"),
            "{heard:?}"
        );
        for _ in 0..4 {
            assert!(is_refusal(&next_error(&mut messages).await, 503));
        }
        assert!(matches!(
            next_error(&mut messages).await,
            Error::TooMany { count: 3, .. }
        ));
        assert!(messages.next().await.is_none());
    })
    .await;
}

#[wasm_bindgen_test]
async fn no_attempt_is_made_where_none_is_allowed() {
    run(async || {
        let script = Script::put([Attempt::answering(503)]).await;
        let source = script.open_with(resilient().backoff(backoff().max_attempts(0)));
        let reason = source.closed().await;
        assert!(
            matches!(&reason, CloseReason::Policy(error) if is_refusal(error, 503)),
            "{reason:?}"
        );
        assert_eq!(script.seen().await.len(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn it_does_not_go_on_for_longer_than_allowed() {
    run(async || {
        let limit = Duration::from_millis(100);
        let script = Script::put([Attempt::answering(503)]).await;
        let backoff = Backoff::new()
            .initial(limit * 3 / 5)
            .factor(1.0)
            .jitter(false);
        let source = script.open_with(resilient().backoff(backoff.max_elapsed(limit)));
        let reason = source.closed().await;
        let too_long = matches!(
            reason,
            CloseReason::Policy(Error::DownTooLong { limit: told, .. }) if told == limit
        );
        assert!(too_long, "{reason:?}");
        // One after 60 ms; another one after 120 ms would be too late.
        assert_eq!(script.seen().await.len(), 2);
    })
    .await;
}

#[wasm_bindgen_test]
async fn closing_during_the_wait_prevents_the_attempt() {
    run(async || {
        let observed = Observed::new();
        let script = Script::put([Attempt::answering(503)]).await;
        let backoff = Backoff::new()
            .initial(Duration::from_secs(30))
            .jitter(false);
        let source = script.open_with(Policy::resilient().backoff(backoff));
        let mut states = states(&source);
        assert_eq!(states.next().await.to_string(), "waiting 30s for attempt 1");
        assert!(source.as_raw().is_none());
        let waiting = Left {
            timers: 1,
            listeners: 2,
            ..Left::NOTHING
        };
        assert_eq!(observed.left(), waiting);
        source.close();
        assert_eq!(observed.left(), Left::NOTHING);
        assert!(matches!(source.closed().await, CloseReason::Requested));
        assert_eq!(observed.attempts(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn one_connection_at_a_time() {
    run(async || {
        let observed = Observed::new();
        let script = Script::put([Attempt::hanging(), Attempt::sending("data: 1\n\n")]).await;
        let policy = resilient().on_slow_open(Duration::from_millis(100), LimitAction::Reopen);
        // No attempt takes too long but the first one, once the server knows of it.
        let clock = Clock::stopped();
        let source = script.open_with(policy.healthy_after(Duration::ZERO));
        let (mut messages, mut states) = (listen::<u8>(&source, "message"), states(&source));
        script.seen_attempts(1).await;
        drop(clock);
        while !matches!(states.next().await, State::Connecting) {}
        let _clock = Clock::stopped();
        assert_eq!(messages.next().await, 1);
        assert_eq!(observed.attempts(), 2);
        assert_eq!(observed.left().connections, 1);
        source.close();
        assert_eq!(observed.left(), Left::NOTHING);
    })
    .await;
}
