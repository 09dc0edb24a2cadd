//! Each limit by example.

use super::*;

#[test]
fn the_browser_preset_leaves_losses_alone_and_closes_when_the_browser_gives_up() {
    let mut bench = Bench::new(Policy::browser());
    for _ in 0..1000 {
        bench.open();
        assert_eq!(bench.lose(), Outcome::KeepWaiting(Failure::Told));
        assert_eq!(bench.fail_to_decode(), Outcome::KeepWaiting(Failure::Told));
    }
    assert_eq!(bench.next_timeout(), None);
    assert_eq!(bench.give_up(), CLOSED_BY_IT);
}

#[test]
fn close_on_error_closes_at_the_first_error_of_any_kind() {
    let bench = || Bench::new(Policy::close_on_error());
    assert_eq!(bench().open().lose(), CLOSED_BY_IT);
    assert_eq!(bench().open().hang_up(), CLOSED_BY_IT);
    assert_eq!(bench().give_up(), CLOSED_BY_IT);
    assert_eq!(bench().open().fail_to_decode(), CLOSED_BY_IT);
}

#[test]
fn a_resilient_source_reopens_with_growing_waits_for_as_long_as_it_takes() {
    let mut bench = Bench::new(Policy::resilient());
    let mut waits = Vec::new();
    for _ in 0..200 {
        waits.push(wait(bench.give_up()));
        assert_eq!(bench.next(), Outcome::Connect);
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
    let mut bench = Bench::new(resilient(backoff));
    bench.random = 1.0;
    assert_eq!(wait(bench.give_up()), Span::MAX);
    assert_eq!(bench.session.next_timeout(), None);
}

#[test]
fn failures_to_decode_count_only_in_a_row() {
    let mut bench = Bench::new(Policy {
        close_after_decode_errors: Some(2),
        ..Policy::browser()
    });
    for _ in 0..10 {
        assert_eq!(bench.fail_to_decode(), Outcome::KeepWaiting(Failure::Told));
        assert_eq!(bench.handle(Input::Decoded), []);
    }
    bench.fail_to_decode();
    assert_eq!(bench.fail_to_decode(), too_many(2));
}

#[test]
fn an_event_makes_a_connection_healthy() {
    let mut bench = Bench::new(Policy {
        close_after_losses: Some(2),
        ..Policy::browser()
    });
    for _ in 0..10 {
        let outcome = bench.open().event().lose();
        assert_eq!(outcome, Outcome::KeepWaiting(Failure::Told));
    }
    assert_eq!(bench.open().lose(), too_many(2));
}

#[test]
fn an_event_that_nobody_listens_to_makes_a_connection_healthy_and_a_comment_does_not() {
    for is_event in [true, false] {
        let mut bench = Bench::new(Policy {
            close_after_losses: Some(2),
            ..Policy::browser()
        });
        bench.open().lose();
        bench.open().handle(Input::Unlistened {
            is_event,
            last_event_id: None,
        });
        let expected = match is_event {
            true => Outcome::KeepWaiting(Failure::Told),
            false => too_many(2),
        };
        assert_eq!(bench.lose(), expected);
    }
}

#[test]
fn staying_open_for_a_while_makes_a_connection_healthy() {
    let mut bench = Bench::new(Policy {
        close_after_losses: Some(2),
        healthy_after: seconds(3),
        ..Policy::browser()
    });
    bench.open().lose();
    bench.open();
    assert_eq!(bench.next(), Outcome::Nothing);
    assert_eq!(bench.since_start(), seconds(3));
    assert_eq!(bench.next_timeout(), None);
    assert_eq!(bench.lose(), Outcome::KeepWaiting(Failure::Told));
}

/// A source that may be down for ten seconds.
fn down_for_ten_seconds(policy: Policy) -> Bench {
    Bench::new(Policy {
        close_when_down_for: Some(seconds(10)),
        ..policy
    })
}

#[test]
fn a_source_that_is_down_for_too_long_closes_even_between_attempts() {
    let mut bench = down_for_ten_seconds(Policy::browser());
    bench.open().advance(seconds(100));
    bench.lose();
    bench.advance(seconds(9));
    assert_eq!(bench.timeout(), Outcome::Nothing);
    bench.advance(seconds(1));
    assert_eq!(
        bench.timeout(),
        down_too_long(Failure::Earlier, seconds(10))
    );
}

#[test]
fn a_source_that_never_opens_is_down_from_its_beginning() {
    let mut bench = down_for_ten_seconds(Policy::browser());
    let never_opened = Failure::OpenTimeout;
    assert_eq!(bench.next(), down_too_long(never_opened, seconds(10)));
    assert_eq!(bench.since_start(), seconds(10));

    let mut bench = down_for_ten_seconds(Policy::resilient());
    bench.advance(seconds(6)).give_up();
    assert_eq!(bench.next(), Outcome::Connect);
    assert_eq!(bench.next(), down_too_long(Failure::Earlier, seconds(10)));
    assert_eq!(bench.since_start(), seconds(10));
}

#[test]
fn a_first_attempt_that_takes_long_to_fail_does_not_count_as_time_elapsed() {
    let backoff = Backoff {
        max_elapsed: Some(seconds(10)),
        ..fixed(seconds(3))
    };
    let mut bench = Bench::with_rule(resilient(backoff), |context| {
        assert_eq!(context.down_for, Span::ZERO);
        Decision::AsProposed
    });
    bench.advance(seconds(20));
    assert!(matches!(bench.give_up(), Outcome::Reopen { .. }));
}

#[test]
fn opening_alone_does_not_end_the_time_that_a_source_is_down() {
    let mut bench = down_for_ten_seconds(Policy::browser());
    bench.lose();
    bench.open().advance(seconds(4));
    assert_eq!(bench.lose(), Outcome::KeepWaiting(Failure::Told));
    bench.advance(seconds(4));
    assert_eq!(bench.open().timeout(), Outcome::Nothing);
    bench.advance(seconds(4));
    assert_eq!(bench.lose(), down_too_long(Failure::Told, seconds(10)));
}

#[test]
fn silence_counts_from_the_last_event() {
    let mut bench = Bench::new(closing_when_idle_for(seconds(5)));
    assert_eq!(
        bench.next_timeout(),
        None,
        "nothing is expected before it is open"
    );
    bench.open().advance(seconds(4));
    bench.event().advance(seconds(4));
    assert_eq!(bench.timeout(), Outcome::Nothing);
    bench.advance(seconds(1));
    let expected = Outcome::Close {
        failure: Failure::Idle,
        limit: None,
    };
    assert_eq!(bench.timeout(), expected);
}

#[test]
fn no_attempt_starts_after_the_maximum_elapsed_time() {
    let mut bench = Bench::new(resilient(Backoff {
        max_elapsed: Some(seconds(10)),
        ..fixed(seconds(3))
    }));
    for _ in 0..3 {
        bench.fail_and_connect();
    }
    assert_eq!(bench.since_start(), seconds(9));
    assert_eq!(bench.give_up(), down_too_long(Failure::Told, seconds(10)));
}

#[test]
fn a_maximum_of_zero_attempts_allows_none() {
    let mut bench = Bench::new(resilient(Backoff {
        max_attempts: Some(0),
        ..Backoff::new()
    }));
    assert_eq!(bench.give_up(), CLOSED_BY_IT);
}

#[test]
fn a_limit_of_zero_in_a_row_counts_as_one() {
    let mut policy = Policy::browser();
    policy.close_after_losses = Some(0);
    policy.close_after_decode_errors = Some(0);
    assert_eq!(Bench::new(policy.clone()).open().hang_up(), CLOSED_BY_IT);
    assert_eq!(Bench::new(policy.clone()).open().lose(), CLOSED_BY_IT);
    assert_eq!(Bench::new(policy).open().fail_to_decode(), CLOSED_BY_IT);
}

#[test]
fn a_rule_sees_the_context_and_has_the_last_word() {
    let mut bench = Bench::with_rule(Policy::resilient(), |context| {
        assert!(matches!(context.proposed, Decision::Reopen { .. }));
        match context.failures {
            1 => Decision::Reopen {
                after: seconds(42).into(),
            },
            _ => Decision::Close,
        }
    });
    assert_eq!(wait(bench.give_up()), seconds(42));
    assert_eq!(bench.next(), Outcome::Connect);
    assert_eq!(bench.give_up(), CLOSED_BY_IT);
}

#[test]
fn a_rule_that_reopens_after_a_decode_error_has_failed_the_connection() {
    let reopen = Decision::Reopen {
        after: seconds(1).into(),
    };
    let mut bench = Bench::with_rule(Policy::browser(), move |_| reopen);
    bench.open().event();
    assert_eq!(wait(bench.fail_to_decode()), seconds(1));
    assert_eq!(bench.session.failures(), 1);
}

#[test]
fn a_rule_that_keeps_waiting_without_a_connection_closes_the_source() {
    let mut bench = Bench::with_rule(Policy::resilient(), |_| Decision::KeepWaiting);
    assert_eq!(bench.give_up(), CLOSED_BY_IT);
}

#[test]
fn a_rule_that_tolerates_silence_is_asked_again_after_the_same_time() {
    let policy = closing_when_idle_for(seconds(5));
    let mut bench = Bench::with_rule(policy, |_| Decision::KeepWaiting);
    bench.open();
    for round in 1..10 {
        let idle = Failure::Idle;
        assert_eq!(bench.next(), Outcome::KeepWaiting(idle));
        assert_eq!(bench.since_start(), seconds(5 * round));
    }
}

#[test]
fn a_rule_that_closes_at_a_limit_leaves_the_limit_as_the_reason() {
    let policy = Policy {
        close_after_losses: Some(2),
        ..Policy::browser()
    };
    let mut bench = Bench::with_rule(policy, |context| match context.proposed {
        Decision::Close => Decision::Close,
        _ => Decision::AsProposed,
    });
    bench.open().hang_up();
    assert_eq!(bench.open().hang_up(), too_many(2));
}
