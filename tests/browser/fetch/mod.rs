//! Tests of what only the fetch transport can do. All other tests run over both transports.

mod accepting;
mod answers;
mod any;
mod asking;
mod backlog;
mod chunks;
mod cut;
mod diagnosis;
mod fresh_headers;
mod idle;
mod order;
mod pace;
mod posting;
mod preflights;
mod recipes;
mod redirects;
mod request;
mod resuming;
mod standard;
mod tokens;
mod turns;
mod waits;

use std::time::Duration;

use typed_eventsource::{Backoff, EventSource, Fetch, Policy};

use super::support::{Script, Transport, run_over};

/// Runs the body of a test over `fetch`.
async fn run(body: impl AsyncFn()) {
    run_over(Transport::Fetch, body).await;
}

fn open(script: &Script, fetch: Fetch) -> EventSource {
    let source = script.builder().fetch(fetch).open();
    source.expect("a valid request")
}

/// A policy that reopens after short waits.
fn resilient() -> Policy {
    let backoff = Backoff::new().initial(Duration::from_millis(10));
    Policy::resilient().backoff(backoff)
}
