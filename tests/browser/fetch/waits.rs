//! How long a source waits, as the server has it.

use std::time::Duration;

use typed_eventsource::{Backoff, Error, Policy, State};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Script, errors, listen, states},
    resilient, run,
};

/// How long the source waits after a 503 with this header, which to another origin has to be exposed.
async fn wait_after(retry_after: &str) -> Duration {
    let busy = Attempt::answering(503)
        .header("retry-after", retry_after)
        .header("access-control-expose-headers", "retry-after");
    let script = Script::put([busy]).await;
    let backoff = Backoff::new().initial(Duration::from_millis(10));
    let policy = Policy::browser().retry_statuses([503]);
    let source = script.open_with(policy.backoff(backoff.jitter(false)));
    match states(&source).next().await {
        State::Waiting {
            retry_in: Some(wait),
            ..
        } => wait,
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn retry_after_is_a_number_of_seconds_or_a_date_or_nothing() {
    run(async || {
        assert_eq!(wait_after("120").await, Duration::from_secs(120));
        let in_a_minute = js_sys::Date::new(&(js_sys::Date::now() + 60_000.0).into());
        let wait = wait_after(&String::from(in_a_minute.to_utc_string())).await;
        assert!(wait > Duration::from_secs(30), "{wait:?}");
        assert!(wait <= Duration::from_secs(60), "{wait:?}");
        for past in ["0", "Thu, 01 Jan 1970 00:00:00 GMT", "soon"] {
            assert_eq!(wait_after(past).await, Duration::from_millis(10), "{past}");
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn so_long_no_attempt_is_made() {
    run(async || {
        let busy = Attempt::answering(429)
            .header("retry-after", "1")
            .header("access-control-expose-headers", "retry-after");
        let script = Script::put([busy, Attempt::sending("data: 1\n\n")]).await;
        let source = script.open_with(resilient());
        let mut errors = errors(&source);
        assert_eq!(listen::<u8>(&source, "message").next().await, 1);
        assert!(matches!(
            errors.next().await,
            Error::Status { status: 429, .. }
        ));
        let seen = script.seen().await;
        let wait = seen[1].opened_ms - seen[0].opened_ms;
        assert!(wait >= 1000, "{wait} ms");
    })
    .await;
}

/// How long the source waits after it has lost a connection that brought this.
async fn wait_after_loss(text: &str) -> Duration {
    let script = Script::put([Attempt::ending(text)]).await;
    let policy = Policy::browser().reconnection_time(Duration::from_secs(7));
    let mut states = states(&script.open_with(policy));
    assert!(matches!(states.next().await, State::Open));
    match states.next().await {
        State::Waiting {
            retry_in: Some(wait),
            ..
        } => wait,
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn the_server_sets_the_reconnection_time_where_it_sends_digits() {
    run(async || {
        for (text, milliseconds) in [
            ("", 7000),
            ("retry: 123\n\n", 123),
            // At once would be a hot loop.
            ("retry:0\n", 10),
            ("retry: 123\nretry: 1e3\n\n", 123),
            ("retry: 123\n\nretry: 45\n\n", 45),
            (
                "retry: -5\nretry: 1.5\nretry: soon\nretry:\nretry\nretry:  9\nretry: 5 \n\n",
                7000,
            ),
        ] {
            let expected = Duration::from_millis(milliseconds);
            assert_eq!(wait_after_loss(text).await, expected, "{text:?}");
        }
    })
    .await;
}
