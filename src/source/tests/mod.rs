//! The source's rules, over a scripted transport and a clock turned by hand: no browser is touched.

mod errors;
mod hostile;
mod ids;
mod life;
mod order;
mod reopening;
mod sharing;
mod streams;
mod waking;

use std::{cell::RefCell, fmt::Display, rc::Rc, time::Duration};

use super::{
    EventSource, Queue,
    connection::{Connection, Settings},
};
use crate::{
    Event, Policy, Text,
    testing::{FakeServer, Request},
};

const URL: &str = "/stream";

/// A source without an end of its own.
fn source(server: &FakeServer, policy: Policy) -> EventSource {
    open(server, |settings| settings.policy = policy)
}

fn open(server: &FakeServer, change: impl FnOnce(&mut Settings)) -> EventSource {
    open_with(server, false, change)
}

/// A source over `fetch`, which makes lost connections again by itself.
fn source_over_fetch(server: &FakeServer, policy: Policy) -> EventSource {
    open_with(server, true, |settings| settings.policy = policy)
}

fn open_with(
    server: &FakeServer,
    is_fetch: bool,
    change: impl FnOnce(&mut Settings),
) -> EventSource {
    let (connector, clock) = server.serve(Request {
        url: URL.to_owned(),
        is_fetch,
        is_repeatable: true,
        ..Request::default()
    });
    let mut settings = Settings {
        url: URL.to_owned(),
        policy: Policy::browser(),
        queue: Queue::default(),
        deduplicate: 0,
        terminal_event: None,
        terminal_data: None,
        host: Box::new(clock),
    };
    change(&mut settings);
    let connection = Connection::open(settings, Box::new(connector));
    EventSource::new(connection.expect("it opens"))
}

/// With which last event id each attempt was made.
fn resumed_from(server: &FakeServer) -> Vec<String> {
    let attempts = server.attempts().into_iter();
    attempts.map(|attempt| attempt.last_event_id).collect()
}

/// What happened, line by line.
#[derive(Clone, Default)]
struct Journal(Rc<RefCell<Vec<String>>>);

impl Journal {
    fn write(&self, line: impl Display) {
        self.0.borrow_mut().push(line.to_string());
    }

    /// What was written since the last time.
    fn take(&self) -> Vec<String> {
        self.0.take()
    }

    /// A callback that writes `label` and the data.
    fn events(&self, label: &'static str) -> impl FnMut(Event<Text>) + 'static {
        let journal = self.clone();
        move |event| journal.write(format!("{label} {}", event.data))
    }
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
