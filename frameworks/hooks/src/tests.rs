//! What a component is told, in which order.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use serde::Deserialize;
use typed_eventsource::{Error, Event, EventSourceBuilder, Policy, State, testing::FakeServer};

use crate::{Observer, Subscription};

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Feed {
    Price(u32),
}

/// Writes down what it is told.
#[derive(Default)]
struct Journal(RefCell<Vec<String>>);

impl Journal {
    fn write(&self, line: String) {
        self.0.borrow_mut().push(line);
    }

    fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

impl<E: Into<u32> + 'static> Observer<E> for Journal {
    fn event(&self, event: Event<E>) {
        self.write(format!("price {}", event.data.into()));
    }

    fn state(&self, state: State) {
        self.write(state.to_string());
    }

    fn error(&self, error: Option<Error>) {
        let error = error.map_or("no error", |error| match error {
            Error::ConnectionLost { .. } => "lost",
            Error::Decode(_) => "decode",
            Error::InvalidEventName { .. } => "name",
            Error::NotAnEnum { .. } => "no enum",
            Error::Unsupported => "unsupported",
            _ => "another error",
        });
        self.write(error.to_owned());
    }
}

impl From<Feed> for u32 {
    fn from(Feed::Price(price): Feed) -> Self {
        price
    }
}

fn subscribe(builder: impl Into<EventSourceBuilder>) -> (Rc<Journal>, Subscription) {
    let journal = Rc::<Journal>::default();
    let observer: Weak<Journal> = Rc::downgrade(&journal);
    let subscription = Subscription::open::<Feed>(builder.into(), observer);
    (journal, subscription)
}

#[test]
fn events_and_states_are_told_until_the_subscription_is_dropped() {
    let server = FakeServer::new();
    let (journal, subscription) = subscribe("/prices");
    assert_eq!(journal.take(), [""; 0]);
    server.send("price", &1);
    server.send("price", &2);
    assert_eq!(journal.take(), ["open", "price 1", "price 2"]);
    drop(subscription);
    server.send("price", &3);
    assert_eq!(journal.take(), [""; 0]);
    assert_eq!(server.connections(), 0);
}

#[test]
fn an_error_is_over_once_an_event_has_arrived_or_the_connection_is_open() {
    let server = FakeServer::new();
    let (journal, _subscription) = subscribe("/prices");
    server.send_text("price", "much");
    server.send_text("price", "very much");
    assert_eq!(journal.take(), ["open", "decode", "decode"]);
    server.send("price", &1);
    assert_eq!(journal.take(), ["no error", "price 1"]);
    server.lose();
    assert_eq!(journal.take()[0], "lost");
    server.clock().advance(std::time::Duration::from_secs(60));
    server.open();
    let told = journal.take();
    assert_eq!(told[told.len() - 2..], ["no error", "open"]);
}

#[test]
fn what_keeps_a_source_from_opening_is_told_as_an_error_and_as_its_end() {
    let server = FakeServer::new();
    let builder = EventSourceBuilder::from("/prices").terminal_event("two\nlines");
    let (journal, _subscription) = subscribe(builder);
    let told = journal.take();
    assert_eq!(told[0], "name");
    assert!(told[1].starts_with("closed"), "{told:?}");
    assert_eq!((told.len(), server.attempts().len()), (2, 0));
}

#[test]
fn a_type_that_is_no_enum_is_told_and_leaves_no_connection() {
    let server = FakeServer::new();
    let journal = Rc::<Journal>::default();
    let _subscription = Subscription::open::<u32>("/prices".into(), Rc::downgrade(&journal));
    assert_eq!(journal.take()[0], "no enum");
    assert_eq!(server.connections(), 0);
}

#[test]
fn without_a_browser_unsupported_is_reported() {
    let (journal, _subscription) = subscribe("/prices");
    assert_eq!(journal.take()[0], "unsupported");
}

#[test]
fn equal_builders_share_a_connection_and_one_that_joins_is_told_once_that_it_is_open() {
    let server = FakeServer::new();
    let (first, subscription) = subscribe("/prices");
    server.send("price", &1);
    let (second, _subscription) = subscribe("/prices");
    assert_eq!(second.take(), ["open"]);
    server.clock().advance(std::time::Duration::ZERO);
    server.send("price", &2);
    assert_eq!(second.take(), ["price 2"]);
    assert_eq!(first.take(), ["open", "price 1", "price 2"]);
    drop(subscription);
    server.send("price", &3);
    assert_eq!(second.take(), ["price 3"]);
    assert_eq!(first.take(), [""; 0]);
    assert_eq!(server.attempts().len(), 1);
}

#[test]
fn a_builder_that_says_so_shares_nothing() {
    let server = FakeServer::new();
    let alone = || {
        EventSourceBuilder::from("/prices")
            .policy(Policy::resilient())
            .shared(false)
    };
    let _both = (subscribe(alone()), subscribe(alone()));
    assert_eq!(server.attempts().len(), 2);
}

#[test]
fn an_observer_that_is_gone_is_told_no_more() {
    let server = FakeServer::new();
    let (journal, _subscription) = subscribe("/prices");
    drop(journal);
    server.send("price", &1);
    assert_eq!(server.connections(), 1);
}
