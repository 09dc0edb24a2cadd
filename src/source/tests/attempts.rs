//! What is told of attempts to connect, and what is counted.

use std::{cell::Cell, time::SystemTime};

use super::*;
use crate::{AttemptOutcome, AttemptReason, AttemptSummary, Backoff, Error, Fetch, Listener};

type Told = Rc<RefCell<Vec<AttemptSummary>>>;

/// Keeps what a source tells of its attempts.
fn watch(source: &EventSource) -> (Told, Listener) {
    let told = Told::default();
    let pen = Rc::clone(&told);
    let listener = source.on_attempt(move |attempt| pen.borrow_mut().push(attempt));
    (told, listener)
}

fn policy() -> Policy {
    Policy::resilient().backoff(Backoff::new().jitter(false))
}

/// A builder of a source over either transport, which sees statuses.
fn builder(is_fetch: bool) -> EventSourceBuilder {
    let builder = EventSource::builder(URL).policy(policy());
    match is_fetch {
        true => builder.fetch(Fetch::new()),
        false => builder.diagnose(true),
    }
}

fn at(milliseconds: u64) -> Option<SystemTime> {
    Some(SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds))
}

fn milliseconds(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[test]
fn attempts_are_told_when_they_have_ended_over_either_transport() {
    for is_fetch in [false, true] {
        let server = FakeServer::new();
        let source = builder(is_fetch).open().unwrap();
        let (told, _listener) = watch(&source);
        server.clock().advance(milliseconds(50));
        assert!(told.borrow().is_empty());
        server.fail(503);
        server.clock().advance(milliseconds(1000));
        server.clock().advance(milliseconds(30));
        server.open();
        let error = Error::status(URL, 503);
        let refused = AttemptSummary {
            number: 1,
            reason: AttemptReason::First,
            cause: None,
            url: URL.into(),
            started_at: at(0),
            duration: Some(milliseconds(50)),
            outcome: AttemptOutcome::Refused,
            status: Some(503),
            error: Some(error.clone()),
        };
        let opened = AttemptSummary {
            number: 2,
            reason: AttemptReason::Reconnection,
            cause: Some(error),
            url: URL.into(),
            started_at: at(1050),
            duration: Some(milliseconds(30)),
            outcome: AttemptOutcome::Opened,
            status: is_fetch.then_some(200),
            error: None,
        };
        assert_eq!(*told.borrow(), [refused, opened], "over fetch: {is_fetch}");
    }
}

#[test]
fn an_attempt_is_told_before_its_error_and_with_the_state_that_follows_in_effect() {
    for is_fetch in [false, true] {
        let (server, journal) = (FakeServer::new(), Journal::default());
        let source = builder(is_fetch).open().unwrap();
        let (pen, handle) = (journal.clone(), source.clone());
        let attempts = source.on_attempt(move |attempt| {
            pen.write(format!("{:?}, {}", attempt.outcome, handle.state()));
        });
        let pen = journal.clone();
        let errors = source.on_error(move |error| pen.write(error.to_string().contains("503")));
        let pen = journal.clone();
        let states = source.on_state(move |state| pen.write(state));
        server.fail(503);
        let waiting = source.state().to_string();
        let expected = [&format!("Refused, {waiting}"), "true", &waiting];
        assert_eq!(journal.take(), expected);
        source.close();
        server.open();
        assert_eq!(journal.take().len(), 1, "it was not under way");
        drop((attempts, errors, states));
    }
}

#[test]
fn an_attempt_that_is_under_way_when_the_source_closes_is_told_as_aborted() {
    let server = FakeServer::new();
    let source = builder(true).open().unwrap();
    let handle = source.clone();
    let is_closed = Rc::new(Cell::new(false));
    let pen = Rc::clone(&is_closed);
    source
        .on_attempt(move |_| pen.set(handle.state().is_closed()))
        .forget();
    let (told, _listener) = watch(&source);
    server.clock().advance(seconds(1));
    source.close();
    let told = told.borrow();
    let [aborted] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!(aborted.outcome, AttemptOutcome::Aborted);
    assert_eq!(&*aborted.url, URL);
    assert_eq!(aborted.duration, Some(seconds(1)));
    assert_eq!(aborted.error, None);
    assert!(is_closed.get());
}

#[test]
fn an_attempt_that_closes_the_source_has_its_error() {
    let server = FakeServer::new();
    let source = builder(true).policy(Policy::close_on_error()).open();
    let source = source.unwrap();
    let (told, _listener) = watch(&source);
    server.fail(404);
    let told = told.borrow();
    assert_eq!(told[0].outcome, AttemptOutcome::Refused);
    assert_eq!(told[0].error, Some(Error::status(URL, 404)));
    assert!(source.state().is_closed());
}

#[test]
fn an_answer_with_status_204_finishes_the_attempt() {
    let server = FakeServer::new();
    let source = builder(true).open().unwrap();
    let (told, _listener) = watch(&source);
    server.finish();
    let told = told.borrow();
    assert_eq!(told[0].outcome, AttemptOutcome::Finished);
    assert_eq!(told[0].status, Some(204));
}

#[test]
fn an_attempt_after_a_sleep_says_so() {
    let server = FakeServer::new();
    let source = builder(true).open().unwrap();
    source.on_error(|_| {}).forget();
    let (told, _listener) = watch(&source);
    server.open();
    server.clock().sleep(seconds(600));
    server.clock().advance(Duration::ZERO);
    server.open();
    let told = told.borrow();
    assert_eq!(told[1].reason, AttemptReason::Woken);
    assert_eq!(told[1].cause, Some(Error::Suspended));
}

#[test]
fn an_attempt_says_that_the_user_reconnected_or_resumed_the_source() {
    for is_fetch in [false, true] {
        let server = FakeServer::new();
        let source = builder(is_fetch).open().unwrap();
        let (told, _listener) = watch(&source);
        server.open();
        server.clock().advance(seconds(1));
        source.reconnect();
        source.pause();
        server.clock().advance(seconds(1));
        source.resume();
        server.open();
        let told = told.borrow();
        let told: Vec<_> = told
            .iter()
            .map(|attempt| (attempt.reason, attempt.outcome, attempt.cause.clone()))
            .collect();
        let expected = [
            (AttemptReason::First, AttemptOutcome::Opened, None),
            (AttemptReason::Reconnect, AttemptOutcome::Aborted, None),
            (AttemptReason::Resumed, AttemptOutcome::Opened, None),
        ];
        assert_eq!(told, expected);
    }
}

#[test]
fn the_browsers_own_reconnections_are_told_when_they_end() {
    let server = FakeServer::new();
    let source = source(&server, Policy::browser());
    let (told, _listener) = watch(&source);
    source.on("a", |_: Event<Text>| {}).unwrap().forget();
    source.on_error(|_| {}).forget();
    server.send_with_id("a", "1", "1");
    server.clock().advance(seconds(5));
    server.lose();
    assert_eq!(source.stats().attempts, 1);
    server.clock().advance(seconds(3));
    server.lose();
    server.clock().advance(seconds(3));
    server.open();
    let told = told.borrow();
    let outcomes: Vec<_> = told.iter().map(|attempt| attempt.outcome).collect();
    let expected = [
        AttemptOutcome::Opened,
        AttemptOutcome::Failed,
        AttemptOutcome::Opened,
    ];
    assert_eq!(outcomes, expected);
    assert_eq!((told[1].started_at, told[1].duration), (None, None));
    assert_eq!(told[2].cause, told[1].error);
    assert_eq!(source.stats().attempts, 3);
}

#[test]
fn a_listener_that_is_dropped_hears_of_no_more_attempts() {
    let server = FakeServer::new();
    let source = builder(true).open().unwrap();
    let (told, listener) = watch(&source);
    drop(listener);
    server.open();
    assert!(told.borrow().is_empty());
    source.close();
    let (_, _inert) = watch(&source);
}

#[test]
fn sharers_are_told_of_the_attempts_of_their_connection_while_they_take_part() {
    let server = FakeServer::new();
    let shared = || builder(true).shared(true).open().unwrap();
    let (chart, table) = (shared(), shared());
    let (on_chart, _chart) = watch(&chart);
    let (on_table, _table) = watch(&table);
    server.fail(503);
    server.clock().advance(seconds(1));
    chart.close();
    server.open();
    let numbers = |told: &Told| -> Vec<_> {
        let told = told.borrow();
        told.iter()
            .map(|attempt| (attempt.number, attempt.outcome))
            .collect()
    };
    assert_eq!(numbers(&on_chart), [(1, AttemptOutcome::Refused)]);
    let both = [(1, AttemptOutcome::Refused), (2, AttemptOutcome::Opened)];
    assert_eq!(numbers(&on_table), both);
    assert_eq!(server.attempts().len(), 2);
}

#[test]
fn a_sharer_is_told_of_the_attempt_that_closed_it_before_the_close() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let policy = Policy::close_on_error();
    let source = builder(true).policy(policy).shared(true).open().unwrap();
    let pen = journal.clone();
    let attempts = source.on_attempt(move |attempt| pen.write(format!("{:?}", attempt.outcome)));
    let pen = journal.clone();
    let states = source.on_state(move |state| pen.write(state.is_closed()));
    server.fail(401);
    assert_eq!(journal.take(), ["Refused", "true"]);
    drop((attempts, states));
}

#[test]
fn what_was_counted_is_had_at_any_time_and_after_the_close() {
    for is_fetch in [false, true] {
        let server = FakeServer::new();
        let source = builder(is_fetch).deduplicate(10).open().unwrap();
        let before = source.stats();
        assert_eq!((before.attempts, before.opened, before.events), (1, 0, 0));
        assert_eq!(before.bytes, is_fetch.then_some(0));
        assert_eq!(before.last_event_at, None);
        source.on("tick", |_: Event<Text>| {}).unwrap().forget();
        source.on_error(|_| {}).forget();
        server.clock().advance(milliseconds(100));
        server.send_with_id("tick", "1", "1");
        server.send_text("unheard", "1");
        assert_eq!(source.stats().last_event_at, at(100));
        server.clock().advance(milliseconds(100));
        assert_eq!(source.stats().last_event_at, at(100), "it stands still");
        server.lose();
        server.clock().advance(seconds(600));
        server.send_with_id("tick", "1", "1");
        server.send_with_id("tick", "4", "4");
        server.clock().advance(milliseconds(100));
        let stats = source.stats();
        assert_eq!((stats.attempts, stats.opened), (2, 2));
        assert_eq!((stats.events, stats.duplicates, stats.gaps), (2, 1, 1));
        assert_eq!(stats.last_event_at, at(600_200));
        let bytes =
            3 * "event: tick\ndata: 1\nid: 1\n\n".len() + "event: unheard\ndata: 1\n\n".len();
        assert_eq!(stats.bytes, is_fetch.then_some(bytes as u64));
        source.close();
        server.clock().advance(seconds(1));
        assert_eq!(source.stats(), stats);
    }
}

#[test]
fn an_event_says_how_many_there_were_by_then_and_when_it_arrived() {
    let server = FakeServer::new();
    let source = builder(true).open().unwrap();
    let journal = Journal::default();
    let (pen, handle) = (journal.clone(), source.clone());
    let listener = source.on("a", move |_: Event<Text>| {
        let stats = handle.stats();
        pen.write(format!(
            "{} {:?}",
            stats.events,
            stats.last_event_at == at(5)
        ));
        if stats.events == 2 {
            handle.close();
        }
    });
    server.clock().advance(milliseconds(5));
    server.send_text("a", "1");
    server.send_text("a", "2");
    assert_eq!(journal.take(), ["1 true", "2 true"]);
    server.clock().advance(milliseconds(5));
    assert_eq!(source.stats().last_event_at, at(5), "it stands still");
    drop(listener);
}

#[test]
fn sharers_have_what_their_connection_has_counted_also_after_they_have_left_it() {
    let server = FakeServer::new();
    let shared = || builder(true).shared(true).open().unwrap();
    let (chart, table) = (shared(), shared());
    chart.on("a", |_: Event<Text>| {}).unwrap().forget();
    table.on("a", |_: Event<Text>| {}).unwrap().forget();
    server.send_text("a", "1");
    assert_eq!(chart.stats(), table.stats());
    assert_eq!(chart.stats().events, 1);
    chart.close();
    server.send_text("a", "1");
    assert_eq!((chart.stats().events, table.stats().events), (1, 2));
}
