//! The renewal of a connection before what it was made with expires.

use super::*;

/// An open source that is renewed in 30 seconds.
fn expiring() -> TestSession {
    let mut source = TestSession::new(Policy::browser());
    source.open();
    assert_eq!(source.handle(Input::ExpiresIn(seconds(60))), []);
    assert_eq!(source.next_timeout(), Some(seconds(30)));
    source
}

/// A source that is being renewed.
fn renewing() -> TestSession {
    let mut source = expiring();
    source.advance(seconds(30));
    let late = Span::ZERO;
    let outputs = source.handle(Input::Timeout { late });
    assert_eq!(outputs, [Output::Renew]);
    source
}

const HANDED_OVER: [Output; 1] = [Output::HandOver];

#[track_caller]
fn deliver(source: &mut TestSession, ids: &[&str]) {
    for id in ids {
        assert_eq!(source.send(id).0, EventOutcome::Deliver, "{id}");
    }
}

#[track_caller]
fn skip(source: &mut TestSession, ids: &[&str]) {
    for id in ids {
        assert_eq!(source.send(id).0, EventOutcome::Skip, "{id}");
    }
}

#[test]
fn a_connection_is_renewed_half_a_minute_before_the_expiry() {
    let mut source = TestSession::new(Policy::browser());
    source.open();
    source.handle(Input::ExpiresIn(seconds(3600)));
    assert_eq!(source.next_timeout(), Some(seconds(3570)));
}

#[test]
fn a_short_time_is_renewed_in_its_middle() {
    let mut source = TestSession::new(Policy::browser());
    source.open();
    source.handle(Input::ExpiresIn(seconds(10)));
    assert_eq!(source.next_timeout(), Some(seconds(5)));
}

#[test]
fn a_renewed_connection_is_handed_over_without_a_change_of_state() {
    let mut source = renewing();
    assert_eq!(source.handle(Input::Renewed), HANDED_OVER);
    assert_eq!(source.session.state(), State::Open);
    assert_eq!(source.next_timeout(), None);
    source.handle(Input::ExpiresIn(seconds(60)));
    assert_eq!(source.next_timeout(), Some(seconds(60)));
}

#[test]
fn what_was_not_exchanged_is_not_renewed_again() {
    let mut source = renewing();
    source.handle(Input::Renewed);
    source.handle(Input::ExpiresIn(seconds(30)));
    assert_eq!(source.next_timeout(), None);
}

#[test]
fn what_has_expired_is_not_renewed() {
    let mut source = TestSession::new(Policy::browser());
    source.open();
    source.handle(Input::ExpiresIn(Span::ZERO));
    assert_eq!(source.next_timeout(), None);
}

#[test]
fn a_request_that_is_sent_once_is_not_renewed() {
    let mut source = TestSession::not_repeatable(Policy::browser());
    source.open();
    source.handle(Input::ExpiresIn(seconds(60)));
    assert_eq!(source.next_timeout(), None);
}

#[test]
fn events_that_both_connections_bring_are_delivered_once() {
    let mut source = expiring();
    assert!(!source.session.wants_ids(), "ids matter only meanwhile");
    source.advance(seconds(30)).timeout();
    assert!(source.session.wants_ids());
    deliver(&mut source, &["a", "b", "c"]);
    source.handle(Input::Renewed);
    skip(&mut source, &["a", "b"]);
    assert!(source.session.wants_ids());
    skip(&mut source, &["c"]);
    assert!(!source.session.wants_ids());
    deliver(&mut source, &["a", "d"]);
}

#[test]
fn an_event_beyond_the_repeated_ones_ends_the_comparison() {
    let mut source = renewing();
    deliver(&mut source, &["1", "2", "3"]);
    source.handle(Input::Renewed);
    skip(&mut source, &["1", "3"]);
    assert!(!source.session.wants_ids(), "the last one has come");
    let mut source = renewing();
    deliver(&mut source, &["1", "2"]);
    source.handle(Input::Renewed);
    deliver(&mut source, &["3", "1"]);
}

#[test]
fn events_without_an_id_are_delivered() {
    let mut source = renewing();
    deliver(&mut source, &["1", "2"]);
    source.handle(Input::Renewed);
    skip(&mut source, &["1"]);
    let without_id = ReceivedEvent {
        id_field: IdField::Absent,
        ..with_id("1")
    };
    let (outcome, _) = source.receive(without_id);
    assert_eq!(outcome, EventOutcome::Deliver);
    skip(&mut source, &["2"]);
}

#[test]
fn the_browser_does_not_say_whose_id_an_event_has() {
    let mut source = renewing();
    for id in ["1", "1", "2"] {
        assert_eq!(source.receive(unknown(id)).0, EventOutcome::Deliver);
    }
    source.handle(Input::Renewed);
    for (id, outcome) in [
        ("1", EventOutcome::Skip),
        ("1", EventOutcome::Deliver),
        ("2", EventOutcome::Skip),
        ("3", EventOutcome::Deliver),
    ] {
        assert_eq!(source.receive(unknown(id)).0, outcome, "{id}");
    }
}

fn unknown(id: &str) -> ReceivedEvent<'_> {
    ReceivedEvent {
        id_field: IdField::Unknown,
        ..with_id(id)
    }
}

#[test]
fn a_loss_while_events_are_repeated_loses_and_repeats_none() {
    let mut source = renewing();
    deliver(&mut source, &["1", "2", "3"]);
    source.handle(Input::Renewed);
    skip(&mut source, &["1"]);
    source.hang_up();
    source.open();
    skip(&mut source, &["2", "3"]);
    deliver(&mut source, &["4"]);
}

#[test]
fn a_loss_of_the_first_connection_ends_the_renewal() {
    let mut source = renewing();
    source.hang_up();
    assert_eq!(source.handle(Input::Renewed), []);
    source.open();
    assert_eq!(source.session.state(), State::Open);
}

#[test]
fn a_renewal_that_fails_is_reported_and_tried_three_times() {
    let mut source = renewing();
    let reported = [report(Failure::Told, None)];
    assert_eq!(source.handle(Input::RenewalFailed), reported);
    assert_eq!(source.session.state(), State::Open);
    assert_eq!(source.next_timeout(), Some(seconds(45)));
    for _ in 0..2 {
        source.next_deadline();
        assert_eq!(source.handle(Input::RenewalFailed), reported);
    }
    assert_eq!(source.next_timeout(), None);
    deliver(&mut source, &["1"]);
}

#[test]
fn a_connection_that_opens_while_the_browser_reconnects_is_the_one() {
    let mut source = renewing();
    assert!(matches!(source.lose_with_id(), Outcome::KeepWaiting(_)));
    let open = Output::State(State::Open);
    assert_eq!(source.handle(Input::Renewed), [Output::HandOver, open]);
}

#[test]
fn a_renewal_is_an_attempt() {
    let mut source = expiring();
    source.session.tell_attempts();
    source.advance(seconds(30)).timeout();
    let outputs = source.handle(Input::Renewed);
    let [Output::HandOver, Output::Attempt(attempt)] = &outputs[..] else {
        panic!("{outputs:?}");
    };
    assert_eq!(attempt.reason, AttemptReason::Renewed);
    assert_eq!(attempt.outcome, AttemptOutcome::Opened);
    assert_eq!(source.session.counts().attempts, 2);
}

#[test]
fn gaps_are_told_as_ever() {
    let mut source = renewing();
    source.session.track_ids();
    deliver(&mut source, &["1", "2"]);
    source.handle(Input::Renewed);
    skip(&mut source, &["1", "2"]);
    let (_, outputs) = source.send("5");
    assert!(matches!(outputs[..], [Output::Gap(_), Output::Deliver]));
}
