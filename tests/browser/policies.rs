//! When a policy closes a source, and that it does so neither sooner nor later.

use std::time::Duration;

use futures::StreamExt;
use gloo_timers::future::sleep;
use typed_eventsource::{CloseReason, Decision, Error, EventSource, Policy, State};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{
    Attempt, Clock, Heard, Script, Step, Transport, errors, is_refusal, listen, next_data,
    next_error, run, send, states, stream,
};

/// For which no connection stays open.
const HOUR: Duration = Duration::from_secs(3600);

/// Opens, and hangs up at once.
fn hanging_up() -> Attempt {
    Attempt::ending("retry: 10\n\n")
}

/// What the policy closed the source for.
async fn closed_for(source: &EventSource) -> Error {
    match source.closed().await {
        CloseReason::Policy(error) => error,
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn close_on_error_closes_at_the_first_lost_connection() {
    run(async || {
        let script = Script::put([Attempt::ending("retry: 10\ndata: 1\n\n")]).await;
        let source = script.open_with(Policy::close_on_error());
        let mut errors = errors(&source);
        let mut messages = stream::<u8>(&source, "message");
        let reason = closed_for(&source).await;
        assert!(matches!(reason, Error::ConnectionLost { .. }), "{reason:?}");
        assert_eq!(next_data(&mut messages).await, 1);
        let last = next_error(&mut messages).await;
        assert!(matches!(last, Error::ConnectionLost { .. }), "{last:?}");
        assert!(messages.next().await.is_none());
        assert_eq!(errors.rest().await.len(), 1);
        assert_eq!(script.seen_closed(1).await.len(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn close_on_error_closes_at_the_first_event_that_does_not_decode() {
    run(async || {
        let script = Script::put([Attempt::sending("data: 1\n\ndata: x\n\ndata: 3\n\n")]).await;
        let source = script.open_with(Policy::close_on_error());
        let mut errors = errors(&source);
        let mut numbers = listen::<u8>(&source, "message");
        let reason = closed_for(&source).await;
        assert!(matches!(reason, Error::Decode(_)), "{reason:?}");
        assert_eq!(numbers.rest().await, [1]);
        assert_eq!(errors.rest().await.len(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_source_closes_at_exactly_so_many_losses_in_a_row_though_each_connection_opens() {
    run(async || {
        let script = Script::put([hanging_up()]).await;
        let policy = Policy::browser().healthy_after(HOUR);
        let source = script.open_with(policy.close_after_losses(3));
        let reason = closed_for(&source).await;
        let Error::TooMany { count: 3, last, .. } = reason else {
            panic!("{reason:?}");
        };
        assert!(matches!(*last, Error::ConnectionLost { .. }), "{last:?}");
        assert_eq!(script.seen_closed(3).await.len(), 3);
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_event_starts_the_count_of_losses_again() {
    run(async || {
        let useful = || Attempt::ending("retry: 10\ndata: 1\n\n");
        let script = Script::put([hanging_up(), useful(), useful(), hanging_up()]).await;
        let policy = Policy::browser().healthy_after(HOUR);
        let source = script.open_with(policy.close_after_losses(2));
        let mut messages = listen::<u8>(&source, "message");
        let reason = closed_for(&source).await;
        assert!(
            matches!(reason, Error::TooMany { count: 2, .. }),
            "{reason:?}"
        );
        assert_eq!(messages.rest().await, [1, 1]);
        assert_eq!(script.seen_closed(4).await.len(), 4);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_connection_that_stays_open_for_a_while_starts_the_count_again() {
    run(async || {
        let script = Script::put([
            hanging_up(),
            Attempt::playing([send("retry: 10\n\n"), Step::Wait]),
        ])
        .await;
        let healthy_after = Duration::from_millis(20);
        let policy = Policy::browser().close_after_losses(2);
        let source = script.open_with(policy.healthy_after(healthy_after));
        let mut states = states(&source);
        let waiting_once = |state| matches!(state, State::Waiting { attempt: 1, .. });
        assert!(matches!(states.next().await, State::Open));
        assert!(waiting_once(states.next().await));
        while !matches!(states.next().await, State::Open) {}
        // Timers ring in the order in which they are due: by then that of the source has rung.
        sleep(healthy_after * 2).await;
        script.release().await;
        assert!(waiting_once(states.next().await));
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_source_closes_when_it_was_down_for_too_long() {
    run(async || {
        let limit = Duration::from_millis(100);
        // The browser is told to wait for an hour.
        let script = Script::put([Attempt::ending("retry: 3600000\n\n")]).await;
        let clock = Clock::stopped();
        let source = script.open_with(Policy::browser().close_when_down_for(limit));
        let mut errors = errors(&source);
        assert!(matches!(errors.next().await, Error::ConnectionLost { .. }));
        drop(clock);
        let reason = closed_for(&source).await;
        let Error::DownTooLong {
            limit: told, last, ..
        } = reason
        else {
            panic!("{reason:?}");
        };
        assert_eq!(told, limit);
        assert!(matches!(*last, Error::ConnectionLost { .. }), "{last:?}");
        assert_eq!(script.seen().await.len(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_rule_is_told_what_happens_and_has_the_last_word() {
    run(async || {
        let script = Script::put([hanging_up()]).await;
        let (hear, mut heard) = Heard::new();
        let policy = Policy::browser()
            .healthy_after(HOUR)
            .close_after_losses(9)
            .rule(move |context| {
                let lost = matches!(context.error, Error::ConnectionLost { .. });
                hear((
                    lost,
                    context.failures,
                    context.decode_errors,
                    context.proposed,
                ));
                if context.failures == 2 {
                    Decision::Close
                } else {
                    context.proposed
                }
            });
        let source = script.open_with(policy);
        let reason = closed_for(&source).await;
        assert!(matches!(reason, Error::ConnectionLost { .. }), "{reason:?}");
        let proposed = if Transport::selected().is_fetch() {
            let after = Duration::from_millis(10);
            Decision::Reopen { after }
        } else {
            Decision::KeepWaiting
        };
        let expected = [(true, 1, 0, proposed), (true, 2, 0, proposed)];
        assert_eq!(heard.take(2).await, expected);
        assert_eq!(script.seen_closed(2).await.len(), 2);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_rule_may_keep_the_source_where_a_limit_would_close_it() {
    run(async || {
        let script = Script::put([hanging_up(), Attempt::sending("data: x\n\ndata: 2\n\n")]).await;
        let policy = Policy::close_on_error().rule(|context| {
            assert_eq!(context.proposed, Decision::Close);
            Decision::KeepWaiting
        });
        assert_eq!(
            listen::<u8>(&script.open_with(policy), "message")
                .next()
                .await,
            2
        );
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
async fn where_the_browser_has_given_up_there_is_nothing_to_wait_for() {
    run(async || {
        let script = Script::put([Attempt::answering(500)]).await;
        let policy = Policy::resilient().rule(|_| Decision::KeepWaiting);
        let reason = closed_for(&script.open_with(policy)).await;
        assert!(is_refusal(&reason, 500), "{reason:?}");
    })
    .await;
}
