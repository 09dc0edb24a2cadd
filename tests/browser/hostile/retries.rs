//! Reconnection times, hang-ups and redirects.

use std::time::Duration;

use typed_eventsource::{Decision, Error, EventSourceBuilder, Policy, State};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Script, Transport, errors, journal, listen, run, states},
    after, attempts_within,
};

#[wasm_bindgen_test]
async fn a_reconnection_time_beyond_all_time_is_no_hot_loop() {
    run(async || {
        for time in ["99999999999999999999", "18446744073709551615"] {
            let text = format!("retry: {time}\ndata: 1\n\n");
            let script = Script::put([Attempt::ending(&text)]).await;
            let source = script.open();
            let mut states = states(&source);
            assert!(matches!(states.next().await, State::Open));
            match states.next().await {
                State::Waiting {
                    retry_in: Some(wait),
                    ..
                } => assert_eq!(wait, Duration::from_secs(3600)),
                State::Waiting { retry_in: None, .. } if !Transport::selected().is_fetch() => {}
                other => panic!("{other:?}"),
            }
            after(300).await;
            // A browser may take it for no time at all, and come back after its own.
            assert_eq!(attempts_within(300, &script).await, 1);
        }
    })
    .await;
}

/// How many attempts a source makes in its first second and a half where nothing comes of any but this.
async fn attempts(
    text: &str,
    set_up: impl FnOnce(EventSourceBuilder) -> EventSourceBuilder,
) -> usize {
    let script = Script::put([Attempt::ending(text)]).await;
    let source = set_up(script.builder()).open().expect("a valid URL");
    let _journal = journal(&source, &["message"]);
    after(1500).await;
    source.close();
    attempts_within(1500, &script).await
}

#[wasm_bindgen_test]
async fn hang_ups_at_once_are_followed_by_no_more_than_so_many_attempts() {
    run(async || {
        let resuming = |builder: EventSourceBuilder| builder.resume_parameter("after");
        let resilient = |builder: EventSourceBuilder| builder.policy(Policy::resilient());
        // Alone, since others would slow it down.
        let with_events = attempts("retry: 0\ndata: 1\n\n", |builder| builder).await;
        assert!(with_events <= 155, "{with_events} with events");
        let (in_vain, backed_off, with_ids) = futures::join!(
            attempts("retry: 0\n\n", |builder| builder),
            attempts("retry: 0\n\n", resilient),
            attempts("retry: 0\nid: 1\ndata: 1\n\n", resuming),
        );
        assert!(in_vain <= 7, "{in_vain} in vain");
        assert!(backed_off <= 7, "{backed_off} with backoff");
        assert!(with_ids <= 155, "{with_ids} with ids");
    })
    .await;
}

#[wasm_bindgen_test]
async fn what_takes_the_place_of_a_hasty_browser_goes_on_from_the_last_event() {
    run(async || {
        let attempts = (1..=6).map(|id| {
            let text = format!("retry: 0\nid: {id}\ndata: {id}\n\n");
            Attempt::ending(&text)
        });
        let attempts: Vec<_> = attempts.chain([Attempt::sending("data: 7\n\n")]).collect();
        let script = Script::put(attempts).await;
        let source = script.builder().resume_parameter("after").open();
        let mut numbers = listen::<u8>(&source.expect("a valid URL"), "message");
        assert_eq!(numbers.take(7).await, [1, 2, 3, 4, 5, 6, 7]);
        let seen = script.seen().await;
        for (index, seen) in seen.iter().enumerate().skip(1) {
            let by_query = seen.path.ends_with(&format!("?after={index}"));
            let by_header = seen.header("last-event-id") == index.to_string();
            assert!(by_query || by_header, "{seen:?}");
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_redirect_loop_is_a_lost_connection() {
    run(async || {
        let script = Script::put([Attempt::answering(204)]).await;
        let around = Attempt::answering(302).header("location", &script.path());
        script.put_again([around]).await;
        let next = Decision::Reopen {
            after: Duration::from_secs(3600),
        };
        let source = script.open_with(Policy::browser().rule(move |_| next));
        let error = errors(&source).next().await;
        // Firefox's own source gives up.
        let is_lost = match error {
            Error::ConnectionLost { .. } => true,
            Error::GivenUp { .. } => !Transport::selected().is_fetch(),
            _ => false,
        };
        assert!(is_lost, "{error:?}");
        after(200).await;
        // As many as `fetch` follows, and none but the next attempt makes more.
        assert_eq!(script.seen().await.len(), 21);
    })
    .await;
}
