//! How long a source waits when the server sends `Retry-After`.

use std::time::Duration;

use typed_eventsource::{Backoff, Policy, State};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Script, states},
    run,
};

/// How long the source waits after a 503 with this `Retry-After`. The server has another origin than the page, so that CORS
/// has to expose the header.
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
async fn retry_after_lengthens_the_wait_if_it_is_a_number_of_seconds_or_a_date() {
    run(async || {
        assert_eq!(wait_after("120").await, Duration::from_secs(120));
        let in_a_minute = js_sys::Date::new(&(js_sys::Date::now() + 60_000.0).into());
        let wait = wait_after(&String::from(in_a_minute.to_utc_string())).await;
        assert!(wait > Duration::from_secs(30), "{wait:?}");
        assert!(wait <= Duration::from_secs(60), "{wait:?}");
        // The wait of the backoff remains.
        for no_delay in ["0", "Thu, 01 Jan 1970 00:00:00 GMT", "soon"] {
            let wait = wait_after(no_delay).await;
            assert_eq!(wait, Duration::from_millis(10), "{no_delay}");
        }
    })
    .await;
}
