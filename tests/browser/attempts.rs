//! What is told of attempts to connect, and what is counted, with real responses.

use std::time::{Duration, SystemTime};

use typed_eventsource::{AttemptOutcome, AttemptReason, Backoff, EventSourceBuilder, Policy, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Heard, Script, Transport, listen, run};

fn resilient(script: &Script) -> EventSourceBuilder {
    let backoff = Backoff::new().initial(Duration::from_millis(10));
    script
        .builder()
        .policy(Policy::resilient().backoff(backoff))
}

/// The time of the wall clock, which `SystemTime::now` does not know here.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs_f64(js_sys::Date::now() / 1000.0)
}

/// Whether a time lies between two others. The clocks may be adjusted a little.
fn lies_between(earliest: SystemTime, time: SystemTime, latest: SystemTime) -> bool {
    let tolerance = Duration::from_secs(1);
    earliest - tolerance < time && time < latest + tolerance
}

#[wasm_bindgen_test]
async fn attempts_are_told_with_their_url_and_times() {
    run(async || {
        let events = "id: 7\ndata: 1\n\n";
        let script = Script::put([Attempt::sending(events), Attempt::sending(events)]).await;
        let start = now();
        let source = resilient(&script).open().unwrap();
        let (hear, mut attempts) = Heard::new();
        let _attempts = source.on_attempt(hear);
        let _errors = source.on_error(|_| {});
        let mut messages = listen::<u8>(&source, "message");
        messages.next().await;
        let first = attempts.next().await;
        assert_eq!(first.number, 1);
        assert_eq!(first.reason, AttemptReason::First);
        assert_eq!(first.outcome, AttemptOutcome::Opened);
        assert_eq!(&*first.url, source.url());
        let is_fetch = Transport::selected().is_fetch();
        assert_eq!(first.status, is_fetch.then_some(200));
        assert!(lies_between(start, first.started_at.unwrap(), now()));
        let stats = source.stats();
        assert_eq!((stats.opened, stats.events), (1, 1));
        assert_eq!(stats.bytes, is_fetch.then_some(events.len() as u64));
        assert!(lies_between(start, stats.last_event_at.unwrap(), now()));
        source.close();
        assert_eq!(source.stats().events, 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_refusal_is_told_with_its_status_where_it_is_known() {
    run(async || {
        let refusal = || Attempt::answering(503);
        let script = Script::put([refusal(), refusal(), Attempt::sending("data: 1\n\n")]).await;
        let builder = resilient(&script);
        #[cfg(feature = "fetch")]
        let builder = builder.diagnose(true);
        let source = builder.open().unwrap();
        let (hear, mut attempts) = Heard::new();
        let _attempts = source.on_attempt(hear);
        let _errors = source.on_error(|_| {});
        listen::<Text>(&source, "message").next().await;
        let first = attempts.next().await;
        if cfg!(feature = "fetch") {
            assert_eq!(first.outcome, AttemptOutcome::Refused);
            assert_eq!(first.status, Some(503));
        }
        assert!(first.error.is_some());
        let second = attempts.next().await;
        assert_eq!(second.reason, AttemptReason::Reconnection);
        assert_eq!(second.cause, first.error);
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_event_says_how_many_there_were_by_then() {
    run(async || {
        let script = Script::put([Attempt::sending("data: 1\n\ndata: 2\n\ndata: 3\n\n")]).await;
        let source = script.open();
        let (hear, mut heard) = Heard::new();
        let handle = source.clone();
        let listener = source.on("message", move |event: typed_eventsource::Event<u64>| {
            let stats = handle.stats();
            hear((event.data, stats.events, stats.last_event_at.is_some()));
        });
        for count in 1..=3 {
            assert_eq!(heard.next().await, (count, count, true));
        }
        drop(listener);
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_attempt_asks_with_the_resume_parameter() {
    run(async || {
        let first = Attempt::ending("retry: 10\nid: 7\ndata: 1\n\n");
        let script = Script::put([first, Attempt::sending("data: 2\n\n")]).await;
        let builder = resilient(&script).resume_parameter("since");
        let source = builder.open().unwrap();
        let (hear, mut attempts) = Heard::new();
        let _attempts = source.on_attempt(hear);
        let _errors = source.on_error(|_| {});
        let mut messages = listen::<u8>(&source, "message");
        assert_eq!([messages.next().await, messages.next().await], [1, 2]);
        attempts.next().await;
        let second = attempts.next().await;
        assert_eq!((second.number, second.outcome), (2, AttemptOutcome::Opened));
        // The browser reconnects to the URL that it had.
        if Transport::selected().is_fetch() {
            assert_eq!(*second.url, format!("{}?since=7", source.url()));
            assert!(second.duration.is_some());
        }
    })
    .await;
}
