//! What counts as silence for the limit `on_idle`.

use std::time::Duration;

use gloo_timers::future::sleep;
use typed_eventsource::{CloseReason, Error, Event, LimitAction, Policy, State, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Clock, Heard, Script, errors, listen, states},
    resilient, run,
};

/// The limit on silence.
const LIMIT: Duration = Duration::from_millis(100);

/// Asserts that this text, sent after more than half of the limit, keeps the source open.
async fn assert_kept_open_by(text: &str) {
    let script = Script::put([Attempt::sending(&format!("event: first\ndata\n\n{text}"))]).await;
    let clock = Clock::stopped();
    let source = script.open_with(Policy::browser().on_idle(LIMIT, LimitAction::Close));
    let (hear, mut heard) = Heard::new();
    let _listener = source.on("first", move |_: Event<Text>| {
        Clock::advance(LIMIT * 3 / 5);
        hear(());
    });
    heard.next().await;
    // The time since the event is beyond the limit, the time since the text is not.
    Clock::advance(LIMIT * 3 / 5);
    // Timers fire in the order in which they are due: the source's timer fires before this one.
    sleep(LIMIT * 3).await;
    assert!(matches!(source.state(), State::Open { .. }));
    // From here on there is silence.
    drop(clock);
    let reason = source.closed().await;
    let idle = matches!(reason, CloseReason::Policy(Error::Idle { after, .. }) if after == LIMIT);
    assert!(idle, "{reason:?}");
}

#[wasm_bindgen_test]
async fn comments_and_events_that_nobody_listens_to_keep_a_source_open() {
    run(async || {
        assert_kept_open_by(":\n").await;
        assert_kept_open_by("event: tick\ndata\n\n").await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn silence_in_the_middle_of_an_event_is_silence() {
    run(async || {
        let script = Script::put([
            Attempt::sending("id: 1\ndata: 1\n\nid: 2\nevent: message\ndata: tor"),
            Attempt::sending("data: 2\n\n"),
        ])
        .await;
        let clock = Clock::stopped();
        let source = script.open_with(resilient().on_idle(LIMIT, LimitAction::Reopen));
        let (mut errors, mut states) = (errors(&source), states(&source));
        let mut messages = listen::<u8>(&source, "message");
        assert_eq!(messages.next().await, 1);
        drop(clock);
        while !matches!(states.next().await, State::Connecting) {}
        let _clock = Clock::stopped();
        assert_eq!(messages.next().await, 2);
        assert!(matches!(errors.next().await, Error::Idle { .. }));
        let seen = script.seen_closed(1).await;
        assert_eq!(seen[0].closed_by.as_deref(), Some("client"));
        assert_eq!(seen[1].header("last-event-id"), "1");
    })
    .await;
}
