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
    let policy = Policy::browser()
        .backoff(Backoff::new().max(Duration::from_millis(10_000)))
        .on_idle(Duration::from_millis(45_000), LimitAction::KeepWaiting)
        .on_slow_open(Duration::from_millis(1_000), LimitAction::Close);
    let source = EventSource::builder("/prices")
        .fetch(Fetch::new())
        .policy(policy)
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
