//! Requests whose method is not safe: they are sent once, unless the policy says otherwise.

use typed_eventsource::{CloseReason, Error, EventSource, Fetch, Policy, State};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Script, Step, listen, send, states},
    open, resilient, run,
};

fn prompt() -> Fetch {
    Fetch::post()
        .body("why?")
        .header("Content-Type", "text/plain")
}

fn open_with(script: &Script, policy: Policy) -> EventSource {
    let source = script.builder().fetch(prompt()).policy(policy).open();
    source.expect("a valid request")
}

/// An attempt that sends an event, and resets the connection once the script is released.
fn torn() -> Attempt {
    Attempt::playing([
        send("retry: 10\nid: 1\ndata: 1\n\n"),
        Step::Wait,
        Step::Reset,
    ])
}

async fn reset_after_first_event(script: &Script, source: &EventSource) {
    assert_eq!(listen::<u8>(source, "message").next().await, 1);
    script.release().await;
}

fn is_lost(reason: &CloseReason) -> bool {
    matches!(
        reason,
        CloseReason::Policy(Error::ConnectionLost {
            message: Some(_),
            ..
        })
    )
}

#[wasm_bindgen_test]
async fn a_post_that_is_cut_is_not_sent_again() {
    run(async || {
        let script = Script::put([torn()]).await;
        let source = open_with(&script, resilient());
        reset_after_first_event(&script, &source).await;
        let reason = source.closed().await;
        assert!(is_lost(&reason), "{reason:?}");
        assert_eq!(script.seen_closed(1).await.len(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_post_that_may_be_sent_again_is_sent_with_the_same_body_and_the_last_event_id() {
    run(async || {
        let script = Script::put([torn(), Attempt::sending("id: 2\ndata: 2\n\n")]).await;
        let source = open_with(&script, resilient().resend(true));
        reset_after_first_event(&script, &source).await;
        assert_eq!(listen::<u8>(&source, "message").next().await, 2);
        let seen = script.seen().await;
        let requests: Vec<_> = seen
            .iter()
            .map(|attempt| {
                (
                    attempt.method.as_str(),
                    attempt.body.as_str(),
                    attempt.header("content-type"),
                    attempt.header("last-event-id"),
                )
            })
            .collect();
        assert_eq!(
            requests,
            [
                ("POST", "why?", "text/plain", ""),
                ("POST", "why?", "text/plain", "1")
            ]
        );
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_end_of_the_response_to_a_post_finishes_the_source() {
    run(async || {
        let script = Script::put([Attempt::ending("data: 1\n\ndata: 2\n\n")]).await;
        let source = open(&script, prompt());
        let (mut heard, mut states) = (listen::<u8>(&source, "message"), states(&source));
        let reason = source.closed().await;
        assert!(matches!(reason, CloseReason::Finished), "{reason:?}");
        assert_eq!(heard.rest().await, [1, 2]);
        let states = states.rest().await;
        assert!(matches!(states[..], [State::Open { .. }, State::Closed(_)]));
        assert_eq!(script.seen_closed(1).await.len(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_end_of_the_response_to_a_post_is_a_loss_if_a_terminal_event_is_expected() {
    run(async || {
        for by_data in [true, false] {
            let script = Script::put([Attempt::ending("data: 1\n\n")]).await;
            let builder = script.builder().fetch(prompt()).policy(resilient());
            let builder = if by_data {
                builder.terminal_data("[DONE]")
            } else {
                builder.terminal_event("done")
            };
            let reason = builder.open().expect("a valid request").closed().await;
            assert!(is_lost(&reason), "{reason:?}");
            assert_eq!(script.seen_closed(1).await.len(), 1);
        }
    })
    .await;
}
