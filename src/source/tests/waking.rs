//! Sleep, networks that come and go, and what a transport leaves to the policy.

use super::*;
use crate::{Backoff, LimitAction, State};

const LONG: Duration = seconds(3600);

/// A policy that waits for an hour.
fn patient() -> Policy {
    let backoff = Backoff::new().initial(LONG).max(LONG).jitter(false);
    Policy::resilient().backoff(backoff)
}

fn is_waiting(source: &EventSource, expected: Duration) -> bool {
    matches!(source.state(), State::Waiting { retry_in: Some(wait), .. } if wait == expected)
}

#[test]
fn a_source_reopens_at_once_after_a_sleep() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source(&server, patient());
    let pen = journal.clone();
    let _errors = source.on_error(move |error| pen.write(error));
    let pen = journal.clone();
    let _states = source.on_state(move |state| pen.write(state));
    let _listener = source.on("a", journal.events("heard")).unwrap();
    server.open();
    server.send_with_id("a", "1", "id-1");
    server.clock().sleep(LONG);
    assert_eq!(resumed_from(&server), ["", "id-1"]);
    assert_eq!(server.connections(), 1);
    server.open();
    server.send_text("a", "2");
    assert_eq!(
        journal.take(),
        [
            "open",
            "heard 1",
            "the connection may not have outlived a sleep of the page or a change of the network",
            "waiting 0ns for attempt 1",
            "connecting",
            "open",
            "heard 2",
        ]
    );
}

#[test]
fn a_page_that_is_awake_keeps_its_connection_however_long() {
    let server = FakeServer::new();
    let _source = source(&server, Policy::resilient());
    server.open();
    server.clock().advance(LONG * 24);
    assert_eq!(server.attempts().len(), 1);
}

#[test]
fn a_network_that_comes_back_ends_the_wait() {
    let server = FakeServer::new();
    let source = source(&server, patient());
    server.fail(503);
    assert!(is_waiting(&source, LONG));
    server.clock().go_online();
    assert_eq!(server.attempts().len(), 2);
    assert!(matches!(source.state(), State::Connecting));
    assert!(server.clock().timers() <= 1, "that of the wait is gone");
}

#[test]
fn a_network_that_comes_back_replaces_an_open_connection() {
    let server = FakeServer::new();
    let _source = source_over_fetch(&server, patient());
    server.open();
    server.send_with_id("unheard", "", "id-1");
    server.clock().go_online();
    server.clock().advance(Duration::ZERO);
    assert_eq!(resumed_from(&server), ["", "id-1"]);
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_source_listens_for_the_network_until_it_closes_or_is_dropped() {
    let server = FakeServer::new();
    let closed = source(&server, patient());
    let dropped = source(&server, patient());
    assert_eq!(server.clock().change_watches().len(), 2);
    closed.close();
    assert_eq!(server.clock().change_watches().len(), 1);
    drop(dropped);
    assert_eq!(server.clock().change_watches().len(), 0);
    server.clock().go_online();
    assert_eq!(server.connections(), 0);
}

#[test]
fn the_server_sets_the_reconnection_time_for_all_connections_to_come() {
    let server = FakeServer::new();
    let source = source_over_fetch(&server, Policy::browser());
    server.open();
    server.retry(seconds(9));
    for _ in 0..3 {
        server.lose();
        assert!(is_waiting(&source, seconds(9)));
        server.clock().advance(seconds(9));
        server.open();
    }
}

#[test]
fn an_event_without_listeners_changes_the_last_event_id_and_resets_the_count() {
    let server = FakeServer::new();
    let source = source_over_fetch(&server, Policy::browser().close_after_losses(2));
    for id in ["1", "2", "3"] {
        server.open();
        server.send_with_id("unheard", "", id);
        assert_eq!(source.last_event_id(), id);
        server.lose();
        server.clock().advance(seconds(3));
    }
    assert_eq!(resumed_from(&server), ["", "1", "2", "3"]);
}

#[test]
fn a_comment_only_counts_as_received_data() {
    let server = FakeServer::new();
    let policy = Policy::browser().on_idle(seconds(10), LimitAction::Close);
    let source = source_over_fetch(&server, policy.close_after_losses(2));
    server.open();
    server.send_with_id("unheard", "", "1");
    for _ in 0..5 {
        server.clock().advance(seconds(9));
        server.comment();
    }
    assert_eq!(source.last_event_id(), "1");
    server.lose();
    server.clock().advance(seconds(3));
    server.open();
    server.comment();
    server.lose();
    assert!(source.state().is_closed(), "two losses in a row");
}
