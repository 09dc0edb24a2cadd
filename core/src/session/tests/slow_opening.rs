//! Connections that take long to open: a quiet feed, whose server sends the headers with the first event, is one.

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
    let mut bench = Bench::new(Policy::resilient());
    assert_eq!(bench.next(), Outcome::KeepWaiting(SLOW));
    assert_eq!(bench.session.state(), State::Connecting);
    assert_eq!(bench.session.failures(), 0);
    bench.advance(seconds(3600));
    assert_eq!(bench.timeout(), Outcome::Nothing);
    assert_eq!(bench.handle(Input::Opened), [Output::State(State::Open)]);
}

#[test]
fn a_slow_opening_is_reported_once_for_each_attempt() {
    let mut bench = Bench::new(Policy::resilient());
    for _ in 0..3 {
        let timeout = || Input::Timeout { late: Span::ZERO };
        let outputs = bench.advance(seconds(30)).handle(timeout());
        assert_eq!(outputs, [report(SLOW, None)]);
        assert_eq!(bench.advance(seconds(600)).handle(timeout()), []);
        bench.hang_up();
        while bench.session.state() != State::Connecting {
            bench.next();
        }
    }
}

#[test]
fn a_browser_that_reconnects_slowly_is_reported_and_kept() {
    let mut bench = Bench::with(Options {
        policy: Policy::resilient().into(),
        ..Options::new(Transport::Browser)
    });
    bench.open().lose();
    let before = bench.session.state();
    assert_eq!(
        bench.advance(seconds(30)).timeout(),
        Outcome::KeepWaiting(SLOW)
    );
    assert_eq!(bench.advance(seconds(600)).timeout(), Outcome::Nothing);
    assert_eq!(bench.session.state(), before);
}

#[test]
fn the_wait_after_a_slow_opening_does_not_grow() {
    let mut bench = Bench::new(slow(LimitAction::Reopen));
    bench.random = 1.0;
    for _ in 0..10 {
        assert_eq!(wait(bench.next()), seconds(1));
        assert_eq!(bench.next(), Outcome::Connect);
    }
}

#[test]
fn slow_openings_count_as_attempts_where_the_policy_reopens_after_them() {
    let mut policy = slow(LimitAction::Reopen);
    policy.backoff.max_attempts = Some(2);
    let mut bench = Bench::new(policy);
    for _ in 0..2 {
        assert!(matches!(
            bench.next(),
            Outcome::Reopen { failure: SLOW, .. }
        ));
        assert_eq!(bench.next(), Outcome::Connect);
    }
    let too_many = Outcome::Close {
        failure: SLOW,
        limit: Some(LimitReached::TooMany { count: 2 }),
    };
    assert_eq!(bench.next(), too_many);
}

#[test]
fn a_rule_may_reopen_where_the_policy_keeps_waiting() {
    let after = core::time::Duration::from_secs(7);
    let mut bench = Bench::with_rule(Policy::resilient(), move |context| {
        assert_eq!(context.proposed, Decision::KeepWaiting);
        Decision::Reopen { after }
    });
    assert_eq!(wait(bench.next()), seconds(7));
    assert_eq!(bench.session.failures(), 1);
}

#[test]
fn a_slow_opening_may_not_have_survived_a_sleep() {
    let mut bench = Bench::new(Policy::resilient());
    bench.next();
    bench.advance(seconds(3600));
    let woken = Outcome::Reopen {
        failure: Failure::Suspended,
        after: Span::ZERO,
    };
    assert_eq!(bench.timeout_late_by(seconds(3600)), woken);
}

#[test]
fn silence_may_be_reported_once_and_kept() {
    let mut bench = Bench::new(Policy {
        on_idle: limit(seconds(45), LimitAction::KeepWaiting),
        ..Policy::browser()
    });
    bench.open();
    for _ in 0..2 {
        assert_eq!(bench.next(), Outcome::KeepWaiting(Failure::Idle));
        assert_eq!(bench.next_timeout(), None);
        bench.comment();
    }
    assert_eq!(bench.session.state(), State::Open);
}

#[test]
fn a_body_is_told_to_poll_for_the_deadline_that_an_event_sets_after_silence_was_reported() {
    let options = |deduplicate| {
        let mut options = Options::new(Transport::Fetch);
        options.policy.on_idle = limit(seconds(45), LimitAction::KeepWaiting);
        options.deduplicate = deduplicate;
        options
    };
    let mut bench = Bench::with(options(9));
    assert_eq!(bench.open().send("1").0, EventOutcome::Deliver);
    bench.next();
    assert_eq!(bench.send("2"), (EventOutcome::Poll, vec![Output::Deliver]));
    assert_eq!(bench.send("3").0, EventOutcome::Deliver);
    bench.next();
    assert_eq!(bench.send("3"), (EventOutcome::Poll, vec![]));
    assert!(bench.next_timeout().is_some());
}

#[test]
fn nothing_is_kept_of_a_connection_that_failed_for_good() {
    let mut bench = Bench::new(Policy {
        on_given_up: LimitAction::KeepWaiting,
        ..Policy::browser()
    });
    assert!(matches!(bench.give_up(), Outcome::Close { .. }));
}
