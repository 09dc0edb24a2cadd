use std::time::Duration;

use gloo_console::log;
use serde::Deserialize;
use typed_eventsource::{
    AttemptSummary, Backoff, CloseReason, Error, Event, EventSource, Gap, LimitAction, Policy,
    State,
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
    let policy = Policy::close_on_error()
        .backoff(Backoff::new().max_attempts(0))
        .on_idle(Duration::from_millis(10), LimitAction::Close)
        .on_slow_open(Duration::from_millis(600_000), LimitAction::Reopen)
        .on_given_up(LimitAction::Close)
        .retry_statuses([503]);
    let source = EventSource::builder("/prices")
        .policy(policy)
        .deduplicate(0)
        .terminal_event("bye")
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
