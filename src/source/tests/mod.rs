//! The source's rules, over a scripted transport and a clock turned by hand: no browser is touched.

mod errors;
mod life;
mod order;
mod reopening;
mod streams;
mod waking;

use std::{cell::RefCell, fmt::Display, rc::Rc, time::Duration};

use super::{
    EventSource, Queue,
    connection::{Connection, Settings},
};
use crate::{
    Event, Policy, Text,
    transport::scripted::{Script, URL},
};

/// A source without an end of its own.
fn source(server: &Script, policy: Policy) -> EventSource {
    open(server, |settings| settings.policy = policy)
}

fn open(server: &Script, change: impl FnOnce(&mut Settings)) -> EventSource {
    let mut settings = Settings {
        url: URL.to_owned(),
        policy: Policy::browser(),
        queue: Queue::default(),
        terminal_event: None,
        terminal_data: None,
        host: Box::new(server.clone()),
    };
    change(&mut settings);
    let connection = Connection::open(settings, Box::new(server.clone()));
    EventSource::new(connection.expect("a script opens"))
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
