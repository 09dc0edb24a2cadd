//! What an observer is told, and in which order.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use serde::Deserialize;
use typed_eventsource::{
    Error, Event, EventSource, EventSourceBuilder, Gap, Js, Policy, State, testing::FakeServer,
};

use crate::{Observer, Selection, Subscription};

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Feed {
    Price(u32),
}

/// An observer that writes down what it is told.
#[derive(Default)]
struct Journal {
    lines: RefCell<Vec<String>>,
    /// Whether it does not show its errors.
    hides_errors: Cell<bool>,
}

impl Journal {
    fn write(&self, line: String) {
        self.lines.borrow_mut().push(line);
    }

    fn take(&self) -> Vec<String> {
        self.lines.take()
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

    fn has_shown_error(&self) -> bool {
        !self.hides_errors.get()
    }

    fn gap(&self, gap: Gap) {
        self.write(format!("{} missing", gap.missed));
    }
}

impl From<Feed> for u32 {
    fn from(Feed::Price(price): Feed) -> Self {
        price
    }
}

fn subscribe(builder: impl Into<EventSourceBuilder>) -> (Rc<Journal>, Subscription) {
    select(builder, Selection::<Feed>::variants())
}

fn select<E: Into<u32> + 'static>(
    builder: impl Into<EventSourceBuilder>,
    selection: Selection<E>,
) -> (Rc<Journal>, Subscription) {
    let journal = Rc::<Journal>::default();
    let observer: Weak<Journal> = Rc::downgrade(&journal);
    let subscription = Subscription::open(builder.into(), &selection, observer);
    (journal, subscription)
}

#[test]
fn an_observer_is_told_events_and_states_until_the_subscription_is_dropped() {
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
fn an_observer_of_a_source_that_cannot_open_is_told_the_error_and_that_it_is_closed() {
    let server = FakeServer::new();
    let builder = EventSourceBuilder::from("/prices").terminal_event("two\nlines");
    let (journal, _subscription) = subscribe(builder);
    let told = journal.take();
    assert_eq!(told[0], "name");
    assert!(told[1].starts_with("closed"), "{told:?}");
    assert_eq!((told.len(), server.attempts().len()), (2, 0));
}

#[test]
fn a_type_that_is_no_enum_is_an_error_and_leaves_no_connection() {
    let server = FakeServer::new();
    let (journal, _subscription) = select("/prices", Selection::<u32>::variants());
    assert_eq!(journal.take()[0], "no enum");
    assert_eq!(server.connections(), 0);
}

#[test]
fn without_a_browser_unsupported_is_reported() {
    let (journal, _subscription) = subscribe("/prices");
    assert_eq!(journal.take()[0], "unsupported");
}

#[test]
fn equal_builders_share_a_connection_and_an_observer_that_joins_is_told_once_that_it_is_open() {
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
fn a_builder_that_is_not_shared_has_a_connection_for_itself() {
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
fn an_observer_that_is_gone_is_told_nothing_more() {
    let server = FakeServer::new();
    let (journal, _subscription) = subscribe("/prices");
    drop(journal);
    server.send("price", &1);
    assert_eq!(server.connections(), 1);
}

#[test]
fn an_error_that_is_not_shown_goes_to_the_console_once() {
    let server = FakeServer::new();
    let (journal, subscription) = subscribe("/prices");
    let reports = || server.clock().reports().len();
    server.send_text("price", "much");
    server.send("price", &1);
    server.send_text("price", "much");
    subscription.report_unshown_error();
    assert_eq!(reports(), 0, "they were shown");
    journal.hides_errors.set(true);
    server.send_text("price", "much");
    server.send_text("price", "very much");
    assert_eq!(reports(), 1, "another one takes its place");
    server.send("price", &1);
    assert_eq!(reports(), 2, "it is over");
    server.send_text("price", "much");
    subscription.report_unshown_error();
    assert_eq!(reports(), 3, "the component has rendered");
    subscription.report_unshown_error();
    server.send("price", &1);
    assert_eq!(reports(), 3, "once");
    server.send_text("price", "much");
    drop(subscription);
    assert_eq!(reports(), 4, "the component is gone");
}

#[test]
fn an_error_of_the_app_goes_to_the_console_even_if_it_is_shown() {
    let server = FakeServer::new();
    let (_journal, _subscription) = select("/prices", Selection::<u32>::variants());
    let reports = server.clock().reports();
    assert!(reports[0].contains("is not an enum"), "{reports:?}");
    let _wrong = subscribe(EventSourceBuilder::from("/prices").terminal_event("two\nlines"));
    assert_eq!(server.clock().reports().len(), 2);
}

#[test]
fn an_observer_that_asks_twice_for_gaps_is_told_each_once() {
    let server = FakeServer::new();
    let (journal, subscription) = subscribe("/prices");
    server.send_with_id("price", "1", "1");
    subscription.listen_to_gaps();
    subscription.listen_to_gaps();
    server.lose();
    server.send_with_id("price", "1", "4");
    let told = journal.take();
    assert_eq!(
        told.iter().filter(|line| *line == "2 missing").count(),
        1,
        "{told:?}"
    );
}

#[test]
fn a_selection_of_one_name_can_have_any_payload() {
    struct Doubled(u32);

    impl typed_eventsource::Payload for Doubled {
        type Error = std::num::ParseIntError;

        fn decode(data: &str) -> Result<Self, Self::Error> {
            data.parse().map(|number: u32| Self(2 * number))
        }
    }

    impl From<Doubled> for u32 {
        fn from(Doubled(number): Doubled) -> Self {
            number
        }
    }

    let server = FakeServer::new();
    let (journal, _subscription) = select("/prices", Selection::<Doubled>::named("row"));
    server.send_text("price", "1");
    server.send_text("row", "2");
    server.send_text("row", "much");
    assert_eq!(journal.take(), ["open", "price 4", "decode"]);
    assert_eq!(server.listened_names(), ["row"]);
}

#[test]
fn a_selection_can_be_of_an_enum_whose_data_the_browser_parses() {
    let server = FakeServer::new();
    let source = EventSource::open("/prices").expect("a fake server");
    let heard = Rc::<RefCell<Vec<u32>>>::default();
    let hear = Rc::clone(&heard);
    let selection = Selection::<Js<Feed>>::variants();
    let callback = move |event: Event<Js<Feed>>| hear.borrow_mut().push(event.data.0.into());
    let _listener = selection.listen(&source, Box::new(callback));
    server.send_text("price", "2");
    server.send_text("price", "much");
    server.send_text("price", "3");
    assert_eq!(heard.take(), [2, 3]);
    assert_eq!(server.listened_names(), ["price"]);
}
