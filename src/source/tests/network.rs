//! Networks that go and come back.

use super::*;
use crate::{Backoff, CloseReason, Decision, Error, FailureContext, State};

fn three_attempts() -> Policy {
    let backoff = Backoff::new().jitter(false).max_attempts(3);
    Policy::resilient().backoff(backoff)
}

fn offline(attempt: u32) -> State {
    State::Offline { attempt }
}

#[test]
fn no_attempt_is_made_or_counted_without_a_network() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = source_over_fetch(&server, three_attempts());
    let _errors = source.on_error(|_| {});
    let pen = journal.clone();
    let _states = source.on_state(move |state| pen.write(state));
    server.open();
    server.clock().go_offline();
    assert!(
        matches!(source.state(), State::Open { .. }),
        "the connection may outlive it"
    );
    server.lose();
    assert_eq!(source.state(), offline(1));
    server.clock().advance(seconds(24 * 3600));
    assert_eq!(server.attempts().len(), 1);
    server.clock().go_online();
    assert_eq!(source.state(), State::Connecting, "on at once");
    assert_eq!(server.attempts().len(), 2);
    server.open();
    assert_eq!(
        journal.take(),
        ["open", "offline before attempt 1", "connecting", "open"]
    );
}

#[test]
fn a_network_that_goes_during_a_wait_is_reported() {
    let server = FakeServer::new();
    let source = source_over_fetch(&server, three_attempts());
    let _errors = source.on_error(|_| {});
    server.fail(503);
    server.clock().go_offline();
    assert_eq!(source.state(), offline(1));
    server.clock().advance(seconds(60));
    assert_eq!(server.attempts().len(), 1);
    server.clock().go_online();
    assert_eq!(server.attempts().len(), 2);
}

#[test]
fn a_source_that_is_opened_without_a_network_tries_once() {
    let server = FakeServer::new();
    server.clock().go_offline();
    let source = source_over_fetch(&server, three_attempts());
    let _errors = source.on_error(|_| {});
    assert_eq!(source.state(), State::Connecting);
    server.lose();
    assert_eq!(source.state(), offline(1));
}

#[test]
fn a_server_on_the_same_machine_needs_no_network() {
    let server = FakeServer::new();
    let builder = EventSource::builder("http://localhost:8080/events").policy(three_attempts());
    let source = builder.open().unwrap();
    let _errors = source.on_error(|_| {});
    server.clock().go_offline();
    server.fail(503);
    assert!(matches!(source.state(), State::Waiting { .. }));
    server.clock().advance(seconds(1));
    assert_eq!(server.attempts().len(), 2);
    let another = EventSource::open("http://127.0.0.1/").unwrap();
    let _errors = another.on_error(|_| {});
    server.lose();
    assert!(matches!(another.state(), State::Waiting { .. }));
}

#[test]
fn a_wait_that_a_rule_chose_is_kept_even_if_it_is_the_proposed_one() {
    for (steady, is_cut_short) in [(true, false), (false, true)] {
        let server = FakeServer::new();
        let backoff = Backoff::new().initial(seconds(1)).jitter(false);
        let policy = Policy::resilient().backoff(backoff);
        let policy = policy.rule(move |context: &FailureContext<'_>| {
            assert_eq!(context.proposed, Decision::Reopen { after: seconds(1) });
            if steady {
                Decision::Reopen { after: seconds(1) }
            } else {
                Decision::AsProposed
            }
        });
        let source = source_over_fetch(&server, policy);
        let _errors = source.on_error(|_| {});
        server.fail(503);
        server.clock().go_online();
        assert_eq!(server.attempts().len() == 2, is_cut_short);
        server.clock().advance(seconds(1));
        assert_eq!(server.attempts().len(), 2);
    }
}

#[test]
fn only_a_source_that_a_fake_server_serves_opens_outside_a_browser() {
    assert_eq!(EventSource::open("/prices").err(), Some(Error::Unsupported));
    let shared = EventSource::builder("/prices").shared(true).open();
    assert_eq!(shared.err(), Some(Error::Unsupported));
    let server = FakeServer::at("/prices");
    let source = EventSource::open("/prices").unwrap();
    source.close();
    assert_eq!(source.state(), State::Closed(CloseReason::Requested));
    assert_eq!(server.connections(), 0);
}
