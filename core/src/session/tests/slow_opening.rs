//! Connections that take long to open. The connection to a quiet feed does, if its server sends the headers only with the first
//! event.

use super::*;

const SLOW: Failure = Failure::OpenTimeout;

fn slow(then: LimitAction) -> Policy {
    Policy {
        on_slow_open: limit(seconds(30), then),
        ..Policy::resilient()
    }
}

#[test]
fn a_resilient_source_keeps_a_connection_that_is_slow_to_open() {
    let mut source = TestSession::new(Policy::resilient());
    assert_eq!(source.next_deadline(), Outcome::KeepWaiting(SLOW));
    assert_eq!(source.session.state(), State::Connecting);
    assert_eq!(source.session.failures(), 0);
    source.advance(seconds(3600));
    assert_eq!(source.timeout(), Outcome::Nothing);
    assert_eq!(source.handle(Input::Opened), [Output::State(State::Open)]);
}

#[test]
fn a_slow_opening_is_reported_once_for_each_attempt() {
    let mut source = TestSession::new(Policy::resilient());
    for _ in 0..3 {
        let timeout = || Input::Timeout { late: Span::ZERO };
        let outputs = source.advance(seconds(30)).handle(timeout());
        assert_eq!(outputs, [report(SLOW, None)]);
        assert_eq!(source.advance(seconds(600)).handle(timeout()), []);
        source.hang_up();
        while source.session.state() != State::Connecting {
            source.next_deadline();
        }
    }
}

#[test]
fn a_browser_that_reconnects_slowly_is_reported_and_kept() {
    let mut source = TestSession::with_options(Options {
        policy: Policy::resilient().into(),
        ..Options::new(Transport::Browser)
    });
    source.open().lose_with_id();
    let before = source.session.state();
    assert_eq!(
        source.advance(seconds(30)).timeout(),
        Outcome::KeepWaiting(SLOW)
    );
    assert_eq!(source.advance(seconds(600)).timeout(), Outcome::Nothing);
    assert_eq!(source.session.state(), before);
}

#[test]
fn the_wait_after_a_slow_opening_does_not_grow() {
    let mut source = TestSession::new(slow(LimitAction::Reopen));
    source.random = 1.0;
    for _ in 0..10 {
        assert_eq!(expect_wait(source.next_deadline()), seconds(1));
        assert_eq!(source.next_deadline(), Outcome::Connect);
    }
}

#[test]
fn slow_openings_count_as_attempts_where_the_policy_reopens_after_them() {
    let mut policy = slow(LimitAction::Reopen);
    policy.backoff.max_attempts = Some(2);
    let mut source = TestSession::new(policy);
    for _ in 0..2 {
        assert!(matches!(
            source.next_deadline(),
            Outcome::Reopen { failure: SLOW, .. }
        ));
        assert_eq!(source.next_deadline(), Outcome::Connect);
    }
    let too_many = Outcome::Close {
        failure: SLOW,
        limit: Some(LimitReached::TooMany { count: 2 }),
    };
    assert_eq!(source.next_deadline(), too_many);
}

#[test]
fn a_rule_may_reopen_where_the_policy_keeps_waiting() {
    let after = core::time::Duration::from_secs(7);
    let mut source = TestSession::with_rule(Policy::resilient(), move |context| {
        assert_eq!(context.proposed, Decision::KeepWaiting);
        Decision::Reopen { after }
    });
    assert_eq!(expect_wait(source.next_deadline()), seconds(7));
    assert_eq!(source.session.failures(), 1);
}

#[test]
fn an_attempt_that_is_slow_to_open_is_made_again_after_a_sleep() {
    let mut source = TestSession::new(Policy::resilient());
    source.next_deadline();
    source.advance(seconds(3600));
    let woken = Outcome::Reopen {
        failure: Failure::Suspended,
        after: Span::ZERO,
    };
    assert_eq!(source.timeout_late_by(seconds(3600)), woken);
}

#[test]
fn silence_may_be_reported_once_while_the_connection_is_kept() {
    let mut source = TestSession::new(Policy {
        on_idle: limit(seconds(45), LimitAction::KeepWaiting),
        ..Policy::browser()
    });
    source.open();
    for _ in 0..2 {
        assert_eq!(source.next_deadline(), Outcome::KeepWaiting(Failure::Idle));
        assert_eq!(source.next_timeout(), None);
        source.comment();
    }
    assert_eq!(source.session.state(), State::Open);
}

#[test]
fn a_body_is_told_to_poll_for_the_deadline_that_an_event_sets_after_silence_was_reported() {
    let options = |deduplicate| {
        let mut options = Options::new(Transport::Fetch);
        options.policy.on_idle = limit(seconds(45), LimitAction::KeepWaiting);
        options.deduplicate = deduplicate;
        options
    };
    let mut source = TestSession::with_options(options(9));
    assert_eq!(source.open().send("1").0, EventOutcome::Deliver);
    source.next_deadline();
    assert_eq!(
        source.send("2"),
        (EventOutcome::Poll, vec![Output::Deliver])
    );
    assert_eq!(source.send("3").0, EventOutcome::Deliver);
    source.next_deadline();
    assert_eq!(source.send("3"), (EventOutcome::Poll, vec![]));
    assert!(source.next_timeout().is_some());
}

#[test]
fn a_source_whose_connection_failed_for_good_closes_even_if_its_policy_keeps_waiting() {
    let mut source = TestSession::new(Policy {
        on_given_up: LimitAction::KeepWaiting,
        ..Policy::browser()
    });
    assert!(matches!(source.give_up(), Outcome::Close { .. }));
}
