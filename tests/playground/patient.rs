use std::time::Duration;

use gloo_console::log;
use serde::Deserialize;
use typed_eventsource::{
    AttemptSummary, Backoff, CloseReason, Error, Event, EventSource, Fetch, Gap, LimitAction,
    Policy, State,
};

#[derive(Deserialize)]
struct Price {
    symbol: String,
    price: f64,
}

#[derive(Deserialize)]
struct Notice {
    text: String,
}

pub async fn show() -> Result<(), Error> {
    let policy = Policy::resilient()
        .backoff(
            Backoff::new()
                .initial(Duration::from_millis(500))
                .max(Duration::from_millis(60_000))
                .jitter(false)
                .max_attempts(20),
        )
        .reconnection_time(Duration::from_millis(0))
        .on_idle(Duration::from_millis(30_000), LimitAction::Reopen)
        .on_slow_open(Duration::from_millis(5_000), LimitAction::KeepWaiting)
        .close_after_losses(1_000)
        .close_after_decode_errors(3)
        .close_when_down_for(Duration::from_millis(600_000))
        .on_given_up(LimitAction::Reopen)
        .retry_statuses([401, 503]);
    let source = EventSource::builder("/prices")
        .fetch(Fetch::new())
        .policy(policy)
        .deduplicate(100)
        .resume_parameter("lastEventId")
        .terminal_event("bye")
        .failure_event("failure")
        .open()?;

    let _prices = source.on("price", |event: Event<Price>| {
        log!(event.data.symbol, event.data.price)
    })?;
    let _bye = source.on("bye", |event: Event<Notice>| log!(event.data.text))?;
    let _failure = source.on("failure", |event: Event<Notice>| log!(event.data.text))?;

    let _states = source.on_state(|state: State| log!(state.to_string()));
    let _attempts = source.on_attempt(|attempt: AttemptSummary| log!(format!("{attempt:?}")));
    let _gaps = source.on_gap(|gap: Gap| log!(format!("{gap:?}")));
    let _errors = source.on_error(|error: Error| log!(error.to_string()));

    match source.closed().await {
        CloseReason::Finished => log!("that was all"),
        reason => log!(reason.to_string()),
    }
    Ok(())
}
