//! Runs the recipe that sends attempts to `tracing` over a fake server, with a subscriber that writes lines.
#![cfg(all(not(target_family = "wasm"), feature = "fetch", feature = "testing"))]
#![allow(unreachable_pub, reason = "apps have this recipe in a module")]

#[path = "../docs/recipes/tracing.rs"]
mod recipe;

use std::{
    fmt::{Debug, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};
use typed_eventsource::{Backoff, EventSource, Fetch, Policy, testing::FakeServer};

/// Writes a line for each event.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Subscriber for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[derive(Default)]
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}

#[test]
fn each_attempt_is_an_event_with_what_is_known_of_it() {
    let (server, lines) = (FakeServer::new(), Lines::default());
    let policy = Policy::resilient().backoff(Backoff::new().jitter(false));
    let source = EventSource::builder("/prices?token=secret")
        .fetch(Fetch::new())
        .policy(policy)
        .open()
        .unwrap();
    let _errors = source.on_error(|_| {});
    let _traces = recipe::trace_attempts(&source);
    tracing::subscriber::with_default(lines.clone(), || {
        server.clock().advance(Duration::from_millis(2500));
        server.fail(503);
        server.clock().advance(Duration::from_secs(1));
        server.clock().advance(Duration::from_millis(250));
        server.open();
    });
    let lines = lines.0.lock().unwrap();
    let [refused, opened] = &lines[..] else {
        panic!("{lines:?}");
    };
    for words in [
        "url.full=\"/prices\" ",
        "resend_count=0 ",
        "status_code=503 ",
        "error=\"/prices answered with status 503\" ",
        "reason=First ",
        "outcome=Refused ",
        "start=0.0 ",
        "duration=2.5 ",
    ] {
        assert!(refused.contains(words), "{words} in {refused}");
    }
    for words in [
        "resend_count=1 ",
        "status_code=200 ",
        "reason=Reconnection ",
        "outcome=Opened ",
        "start=3.5 ",
        "duration=0.25 ",
    ] {
        assert!(opened.contains(words), "{words} in {opened}");
    }
    assert!(!opened.contains("error"), "{opened}");
}
