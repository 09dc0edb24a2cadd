//! What the policy does about a source that fails.

use super::*;
use crate::{Backoff, LimitAction, State};

#[test]
fn a_reopened_source_continues_after_its_last_event_and_listens_as_before() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::resilient());
    let _listener = source.on("a", journal.events("heard")).unwrap();
    server.open();
    server.send_with_id("a", "1", "id-1");
    server.fail(503);
    assert_eq!(server.connections(), 0, "it waits");
    assert!(matches!(
        source.state(),
        State::Waiting { attempt: 1, retry_in: Some(wait) } if wait == seconds(1)
    ));
    server.clock().advance(seconds(1));
    assert_eq!(resumed_from(&server), ["", "id-1"]);
    assert!(matches!(source.state(), State::Connecting));
    server.open();
    server.send_text("a", "2");
    assert_eq!(journal.take(), ["heard 1", "heard 2"]);
}

#[test]
fn a_listener_added_while_the_source_waits_hears_later_events() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::resilient());
    server.fail(503);
    let _listener = source.on("a", journal.events("heard")).unwrap();
    server.clock().advance(seconds(1));
    server.send_text("a", "1");
    assert_eq!(journal.take(), ["heard 1"]);
}

#[test]
fn silence_reopens_the_source() {
    let server = FakeServer::new();
    let source = source(
        &server,
        Policy::browser().on_idle(seconds(10), LimitAction::Reopen),
    );
    let _listener = source.on("a", |_: Event<Text>| {}).unwrap();
    server.open();
    for _ in 0..5 {
        server.clock().advance(seconds(9));
        server.send_text("a", "still here");
    }
    assert_eq!(server.attempts().len(), 1);
    server.clock().advance(seconds(10));
    assert!(matches!(source.state(), State::Waiting { .. }));
    server.clock().advance(seconds(1));
    assert_eq!(server.attempts().len(), 2);
}

#[test]
fn a_connection_that_does_not_open_in_time_is_made_again() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let policy = Policy::browser().on_slow_open(seconds(10), LimitAction::Reopen);
    let source = source(&server, policy);
    let pen = journal.clone();
    let _errors = source.on_error(move |error| pen.write(error));
    server.clock().advance(seconds(10));
    assert_eq!(journal.take(), ["the connection was not open after 10s"]);
    assert_eq!(server.connections(), 0, "it waits");
    server.clock().advance(seconds(1));
    assert_eq!((server.attempts().len(), server.connections()), (2, 1));
}

#[test]
fn a_resilient_source_reports_once_that_it_opens_slowly_and_keeps_its_connection() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, Policy::resilient());
    let pen = journal.clone();
    let _errors = source.on_error(move |error| pen.write(error));
    server.clock().advance(seconds(3600));
    assert_eq!(journal.take(), ["the connection was not open after 30s"]);
    assert!(matches!(source.state(), State::Connecting));
    server.open();
    assert!(matches!(source.state(), State::Open { .. }));
    assert_eq!((server.attempts().len(), server.connections()), (1, 1));
}

#[test]
fn a_wait_longer_than_any_timer_is_kept() {
    let server = FakeServer::new();
    let years = seconds(10 * 365 * 24 * 3600);
    let backoff = Backoff::new().initial(years).max(years).jitter(false);
    let _source = source(&server, Policy::resilient().backoff(backoff));
    server.fail(503);
    server.clock().advance(years - seconds(1));
    assert_eq!(server.attempts().len(), 1);
    server.clock().advance(seconds(1));
    assert_eq!(server.attempts().len(), 2);
}
