//! The source's rules, over a scripted transport and a clock that the test controls. No browser is needed.

#[cfg(feature = "fetch")]
mod any;
#[cfg(feature = "fetch")]
mod attempts;
mod batches;
mod closures;
mod countdown;
#[cfg(feature = "fetch")]
mod end_of_body;
mod errors;
mod ids;
mod life;
mod lifecycle;
mod network;
mod order;
#[cfg(feature = "fetch")]
mod pace;
mod reentry;
#[cfg(feature = "fetch")]
mod refreshing;
mod renewing;
mod reopening;
#[cfg(feature = "fetch")]
mod requests;
#[cfg(feature = "fetch")]
mod responses;
mod sharing;
mod streams;
mod waking;

use std::{
    cell::RefCell,
    fmt::Display,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use typed_eventsource_core::Transport;

use super::{EventSource, EventSourceBuilder, Queue, connection::Connection};
use crate::{Event, Policy, Text, host::Host, testing::FakeServer};

const URL: &str = "/stream";

/// Opens a source with this policy.
fn source(server: &FakeServer, policy: Policy) -> EventSource {
    open(server, |builder| builder.policy(policy))
}

fn open(
    server: &FakeServer,
    set_up: impl FnOnce(EventSourceBuilder) -> EventSourceBuilder,
) -> EventSource {
    open_with(server, false, set_up)
}

/// Opens a source over `fetch`, which itself reconnects after a loss.
fn source_over_fetch(server: &FakeServer, policy: Policy) -> EventSource {
    open_with(server, true, |builder| builder.policy(policy))
}

fn open_with(
    server: &FakeServer,
    is_fetch: bool,
    set_up: impl FnOnce(EventSourceBuilder) -> EventSourceBuilder,
) -> EventSource {
    open_from(server, is_fetch, "", set_up)
}

/// Opens a source that continues after the event with this id.
fn open_from(
    server: &FakeServer,
    is_fetch: bool,
    last_event_id: &str,
    set_up: impl FnOnce(EventSourceBuilder) -> EventSourceBuilder,
) -> EventSource {
    let builder = set_up(EventSource::builder(URL));
    let mut settings = builder.settings(Host::Fake(server.clock()));
    if is_fetch {
        settings.options.transport = Transport::Fetch;
        #[cfg(feature = "fetch")]
        (settings.is_fetch = true);
    }
    settings.options.last_event_id = last_event_id.to_owned();
    let connection = Connection::open(settings, server.connector(URL, is_fetch), None);
    EventSource::new(connection.expect("it opens"))
}

/// The last event id of each attempt.
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

/// How often a task was woken.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wakes {
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl futures::task::ArcWake for Wakes {
    fn wake_by_ref(this: &Arc<Self>) {
        this.0.fetch_add(1, Ordering::SeqCst);
    }
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
