//! What an observer is told, and in which order.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    time::Duration,
};

use serde::Deserialize;
use typed_eventsource::{
    AttemptSummary, Backoff, Error, Event, EventSource, EventSourceBuilder, Fetch, Gap, Js, Policy,
    ResponseHead, State, testing::FakeServer,
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

    fn attempt(&self, attempt: AttemptSummary) {
        self.write(format!("attempt {}", attempt.number));
    }

    fn countdown(&self, seconds: Option<u64>) {
        self.write(seconds.map_or("no wait".into(), |seconds| format!("{seconds} s")));
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
    // A minute passes before each count, since each kind of error has only one line in a minute.
    let reports = || {
        server.clock().advance(Duration::from_secs(60));
        server.clock().reports().len()
    };
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
fn errors_that_are_not_shown_have_one_line_of_each_kind_in_a_minute_on_the_console() {
    let server = FakeServer::new();
    let (journal, subscription) = subscribe("/prices");
    journal.hides_errors.set(true);
    for _ in 0..64 {
        server.send_text("price", "much");
    }
    assert_eq!(server.clock().reports().len(), 1);
    server.clock().advance(Duration::from_secs(60));
    drop(subscription);
    let reports = server.clock().reports();
    assert!(
        reports[1].ends_with("(and 62 more of this kind)"),
        "{reports:?}"
    );
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
fn an_observer_that_asks_twice_for_attempts_is_told_each_once() {
    let server = FakeServer::new();
    let (journal, subscription) = subscribe("/prices");
    subscription.listen_to_attempts();
    subscription.listen_to_attempts();
    server.open();
    assert_eq!(journal.take(), ["attempt 1", "open"]);
}

#[test]
fn an_observer_is_told_what_the_server_has_answered_with_also_if_it_joins() {
    #[derive(Default)]
    struct Ids(RefCell<Vec<String>>);

    impl Observer<Feed> for Ids {
        fn event(&self, _: Event<Feed>) {}

        fn state(&self, state: State) {
            if let State::Open { response, .. } = state {
                let response = response.expect("it is over `fetch`");
                let id = response.header("X-Request-Id").unwrap_or_default();
                self.0.borrow_mut().push(id.to_owned());
            }
        }

        fn error(&self, _: Option<Error>) {}

        fn has_shown_error(&self) -> bool {
            true
        }
    }

    let subscribe = |ids: &Rc<Ids>| {
        let builder = EventSource::builder("/prices").fetch(Fetch::new());
        Subscription::open(builder, &Selection::variants(), Rc::downgrade(ids))
    };
    let answer = |id: &str| {
        let answer = ResponseHead::new("/prices", 200).with_header("X-Request-Id", id);
        answer.with_header("Content-Type", "text/event-stream")
    };
    let (server, first, second) = (FakeServer::new(), Rc::<Ids>::default(), Rc::default());
    let _first = subscribe(&first);
    server.respond(&answer("1"), "");
    let _second = subscribe(&second);
    server.lose();
    server.clock().advance(std::time::Duration::from_secs(3));
    server.respond(&answer("2"), "");
    for ids in [first, second] {
        assert_eq!(ids.0.take(), ["1", "2"]);
    }
}

#[test]
fn an_observer_that_asks_for_the_countdown_is_told_each_second_once() {
    let server = FakeServer::new();
    let (journal, subscription) = subscribe(with_doubling_waits());
    server.fail(503);
    server.clock().advance(Duration::from_secs(2));
    assert_eq!(
        journal.take(),
        ["another error", "waiting 2s for attempt 1", "connecting"]
    );
    subscription.listen_to_countdown();
    subscription.listen_to_countdown();
    server.fail(503);
    server.clock().advance(Duration::from_secs(2));
    server.clock().advance(Duration::from_secs(2));
    let told = journal.take();
    let seconds = told
        .iter()
        .filter(|line| line.ends_with(" s") || *line == "no wait");
    assert!(
        seconds.eq(["4 s", "3 s", "2 s", "1 s", "no wait"]),
        "{told:?}"
    );
    server.fail(503);
    assert!(journal.take().contains(&"8 s".to_owned()));
    drop(subscription);
    assert_eq!(server.clock().timers(), 0);
}

/// A source whose first wait is two seconds. Each later wait is twice as long as the one before.
fn with_doubling_waits() -> EventSourceBuilder {
    let backoff = Backoff::new().initial(Duration::from_secs(2));
    EventSource::builder("/prices").policy(Policy::resilient().backoff(backoff))
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

#[test]
fn a_component_that_pauses_its_source_leaves_the_connection_to_the_others() {
    let server = FakeServer::new();
    let (journal, subscription) = subscribe("/prices");
    let (other, _other) = subscribe("/prices");
    let source = subscription.source().unwrap();
    server.open();
    source.pause();
    server.send("price", &1);
    assert_eq!(journal.take(), ["open", "paused"]);
    assert_eq!(other.take(), ["open", "price 1"]);
    source.resume();
    server.send("price", &2);
    assert_eq!(journal.take(), ["connecting", "open", "price 2"]);
    source.reconnect();
    assert_eq!(other.take(), ["price 2", "connecting"]);
    assert_eq!(server.attempts().len(), 2);
}

#[test]
fn a_component_whose_source_cannot_open_has_none_to_pause() {
    let (_, subscription) = select("/prices", Selection::<u32>::variants());
    assert!(subscription.source().is_none());
}
