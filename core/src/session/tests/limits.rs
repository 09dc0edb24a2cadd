//! Examples of each limit.

use super::*;

#[test]
fn the_browser_preset_leaves_losses_alone_and_closes_when_the_browser_gives_up() {
    let mut source = TestSession::new(Policy::browser());
    for _ in 0..1000 {
        source.open();
        assert_eq!(source.lose_with_id(), Outcome::KeepWaiting(Failure::Told));
        assert_eq!(source.fail_to_decode(), Outcome::KeepWaiting(Failure::Told));
    }
    assert_eq!(source.next_timeout(), None);
    assert_eq!(source.give_up(), CLOSED_BY_FAILURE);
}

#[test]
fn close_on_error_closes_at_the_first_error_of_any_kind() {
    let source = || TestSession::new(Policy::close_on_error());
    assert_eq!(source().open().lose_with_id(), CLOSED_BY_FAILURE);
    assert_eq!(source().open().hang_up(), CLOSED_BY_FAILURE);
    assert_eq!(source().give_up(), CLOSED_BY_FAILURE);
    assert_eq!(source().open().fail_to_decode(), CLOSED_BY_FAILURE);
}

#[test]
fn a_resilient_source_reopens_with_growing_waits_without_end() {
    let mut source = TestSession::new(Policy::resilient());
    let mut waits = Vec::new();
    for _ in 0..200 {
        waits.push(expect_wait(source.give_up()));
        assert_eq!(source.next_deadline(), Outcome::Connect);
    }
    assert_eq!(
        waits[..7],
        [500, 1000, 2000, 4000, 8000, 15000, 15000].map(milliseconds)
    );
    assert!(waits[7..].iter().all(|wait| *wait == seconds(15)));
}

#[test]
fn the_longest_possible_wait_does_not_panic() {
    let backoff = Backoff {
        initial: Span::MAX,
        max: Span::MAX,
        ..Backoff::new()
    };
    assert_eq!(backoff.wait(0, 1.0), backoff.ceiling(0));
    assert!(backoff.wait(0, 0.5) < backoff.ceiling(0));
    let mut source = TestSession::new(resilient(backoff));
    source.random = 1.0;
    assert_eq!(expect_wait(source.give_up()), Span::MAX);
    assert_eq!(source.session.next_timeout(), None);
}

#[test]
fn failures_to_decode_count_only_in_a_row() {
    let mut source = TestSession::new(Policy {
        close_after_decode_errors: Some(2),
        ..Policy::browser()
    });
    for _ in 0..10 {
        assert_eq!(source.fail_to_decode(), Outcome::KeepWaiting(Failure::Told));
        assert_eq!(source.handle(Input::Decoded), []);
    }
    source.fail_to_decode();
    assert_eq!(source.fail_to_decode(), too_many(2));
}

#[test]
fn an_event_makes_a_connection_healthy() {
    let mut source = TestSession::new(Policy {
        close_after_losses: Some(2),
        ..Policy::browser()
    });
    for _ in 0..10 {
        let outcome = source.open().event().lose_with_id();
        assert_eq!(outcome, Outcome::KeepWaiting(Failure::Told));
    }
    assert_eq!(source.open().lose_with_id(), too_many(2));
}

#[test]
fn an_event_that_nobody_listens_to_makes_a_connection_healthy_and_a_comment_does_not() {
    for is_event in [true, false] {
        let mut source = TestSession::new(Policy {
            close_after_losses: Some(2),
            ..Policy::browser()
        });
        source.open().lose_with_id();
        source.open().handle(Input::Unlistened {
            is_event,
            last_event_id: None,
        });
        let expected = match is_event {
            true => Outcome::KeepWaiting(Failure::Told),
            false => too_many(2),
        };
        assert_eq!(source.lose_with_id(), expected);
    }
}

#[test]
fn staying_open_for_a_while_makes_a_connection_healthy() {
    let mut source = TestSession::new(Policy {
        close_after_losses: Some(2),
        healthy_after: seconds(3),
        ..Policy::browser()
    });
    source.open().lose_with_id();
    source.open();
    assert_eq!(source.next_deadline(), Outcome::Nothing);
    assert_eq!(source.since_start(), seconds(3));
    assert_eq!(source.next_timeout(), None);
    assert_eq!(source.lose_with_id(), Outcome::KeepWaiting(Failure::Told));
}

/// A source that closes when it has been down for ten seconds.
fn closing_when_down_for_ten_seconds(policy: Policy) -> TestSession {
    TestSession::new(Policy {
        close_when_down_for: Some(seconds(10)),
        ..policy
    })
}

#[test]
fn a_source_that_is_down_for_too_long_closes_even_between_attempts() {
    let mut source = closing_when_down_for_ten_seconds(Policy::browser());
    source.open().advance(seconds(100));
    source.lose_with_id();
    source.advance(seconds(9));
    assert_eq!(source.timeout(), Outcome::Nothing);
    source.advance(seconds(1));
    assert_eq!(
        source.timeout(),
        down_too_long(Failure::Earlier, seconds(10))
    );
}

#[test]
fn a_source_that_never_opens_is_down_from_its_beginning() {
    let mut source = closing_when_down_for_ten_seconds(Policy::browser());
    let never_opened = Failure::OpenTimeout;
    assert_eq!(
        source.next_deadline(),
        down_too_long(never_opened, seconds(10))
    );
    assert_eq!(source.since_start(), seconds(10));

    let mut source = closing_when_down_for_ten_seconds(Policy::resilient());
    source.advance(seconds(6)).give_up();
    assert_eq!(source.next_deadline(), Outcome::Connect);
    assert_eq!(
        source.next_deadline(),
        down_too_long(Failure::Earlier, seconds(10))
    );
    assert_eq!(source.since_start(), seconds(10));
}

#[test]
fn a_first_attempt_that_takes_long_to_fail_does_not_count_as_time_elapsed() {
    let backoff = Backoff {
        max_elapsed: Some(seconds(10)),
        ..fixed(seconds(3))
    };
    let mut source = TestSession::with_rule(resilient(backoff), |context| {
        assert_eq!(context.down_for, Span::ZERO);
        Decision::AsProposed
    });
    source.advance(seconds(20));
    assert!(matches!(source.give_up(), Outcome::Reopen { .. }));
}

#[test]
fn opening_alone_does_not_end_the_time_that_a_source_is_down() {
    let mut source = closing_when_down_for_ten_seconds(Policy::browser());
    source.lose_with_id();
    source.open().advance(seconds(4));
    assert_eq!(source.lose_with_id(), Outcome::KeepWaiting(Failure::Told));
    source.advance(seconds(4));
    assert_eq!(source.open().timeout(), Outcome::Nothing);
    source.advance(seconds(4));
    assert_eq!(
        source.lose_with_id(),
        down_too_long(Failure::Told, seconds(10))
    );
}

#[test]
fn silence_counts_from_the_last_event() {
    let mut source = TestSession::new(closing_when_idle_for(seconds(5)));
    assert_eq!(source.next_timeout(), None, "the source is not open yet");
    source.open().advance(seconds(4));
    source.event().advance(seconds(4));
    assert_eq!(source.timeout(), Outcome::Nothing);
    source.advance(seconds(1));
    let expected = Outcome::Close {
        failure: Failure::Idle,
        limit: None,
    };
    assert_eq!(source.timeout(), expected);
}

#[test]
fn no_attempt_starts_after_the_maximum_elapsed_time() {
    let mut source = TestSession::new(resilient(Backoff {
        max_elapsed: Some(seconds(10)),
        ..fixed(seconds(3))
    }));
    for _ in 0..3 {
        source.fail_and_connect();
    }
    assert_eq!(source.since_start(), seconds(9));
    assert_eq!(source.give_up(), down_too_long(Failure::Told, seconds(10)));
}

#[test]
fn a_maximum_of_zero_attempts_allows_no_attempt() {
    let mut source = TestSession::new(resilient(Backoff {
        max_attempts: Some(0),
        ..Backoff::new()
    }));
    assert_eq!(source.give_up(), CLOSED_BY_FAILURE);
}

#[test]
fn a_limit_of_zero_in_a_row_counts_as_one() {
    let mut policy = Policy::browser();
    policy.close_after_losses = Some(0);
    policy.close_after_decode_errors = Some(0);
    assert_eq!(
        TestSession::new(policy.clone()).open().hang_up(),
        CLOSED_BY_FAILURE
    );
    assert_eq!(
        TestSession::new(policy.clone()).open().lose_with_id(),
        CLOSED_BY_FAILURE
    );
    assert_eq!(
        TestSession::new(policy).open().fail_to_decode(),
        CLOSED_BY_FAILURE
    );
}

#[test]
fn a_rule_sees_the_context_and_has_the_last_word() {
    let mut source = TestSession::with_rule(Policy::resilient(), |context| {
        assert!(matches!(context.proposed, Decision::Reopen { .. }));
        match context.failures {
            1 => Decision::Reopen {
                after: seconds(42).into(),
            },
            _ => Decision::Close,
        }
    });
    assert_eq!(expect_wait(source.give_up()), seconds(42));
    assert_eq!(source.next_deadline(), Outcome::Connect);
    assert_eq!(source.give_up(), CLOSED_BY_FAILURE);
}

#[test]
fn a_rule_that_reopens_after_a_decode_error_has_failed_the_connection() {
    let reopen = Decision::Reopen {
        after: seconds(1).into(),
    };
    let mut source = TestSession::with_rule(Policy::browser(), move |_| reopen);
    source.open().event();
    assert_eq!(expect_wait(source.fail_to_decode()), seconds(1));
    assert_eq!(source.session.failures(), 1);
}

#[test]
fn a_rule_that_keeps_waiting_without_a_connection_closes_the_source() {
    let mut source = TestSession::with_rule(Policy::resilient(), |_| Decision::KeepWaiting);
    assert_eq!(source.give_up(), CLOSED_BY_FAILURE);
}

#[test]
fn a_rule_that_tolerates_silence_is_asked_again_after_the_same_time() {
    let policy = closing_when_idle_for(seconds(5));
    let mut source = TestSession::with_rule(policy, |_| Decision::KeepWaiting);
    source.open();
    for round in 1..10 {
        let idle = Failure::Idle;
        assert_eq!(source.next_deadline(), Outcome::KeepWaiting(idle));
        assert_eq!(source.since_start(), seconds(5 * round));
    }
}

#[test]
fn a_rule_that_closes_at_a_limit_closes_with_that_limit() {
    let policy = Policy {
        close_after_losses: Some(2),
        ..Policy::browser()
    };
    let mut source = TestSession::with_rule(policy, |context| match context.proposed {
        Decision::Close => Decision::Close,
        _ => Decision::AsProposed,
    });
    source.open().hang_up();
    assert_eq!(source.open().hang_up(), too_many(2));
}
