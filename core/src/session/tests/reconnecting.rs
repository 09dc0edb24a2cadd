//! Connections are made again, after a wait.

use super::*;

#[test]
fn a_lost_connection_is_made_again_after_the_reconnection_time_however_often() {
    let mut source = TestSession::new(Policy::browser());
    for _ in 0..10 {
        assert_eq!(expect_wait(source.open().hang_up()), seconds(3));
        assert_eq!(source.next_deadline(), Outcome::Connect);
    }
}

fn with_reconnection_time(time: Span, policy: Policy) -> Policy {
    Policy {
        reconnection_time: Some(time),
        ..policy
    }
}

#[test]
fn the_server_sets_the_reconnection_time() {
    let policy = with_reconnection_time(seconds(9), Policy::browser());
    let mut source = TestSession::new(policy);
    assert_eq!(expect_wait(source.open().hang_up()), seconds(9));
    source.retry(milliseconds(10));
    assert_eq!(expect_wait(source.open().hang_up()), milliseconds(10));
}

#[test]
fn a_server_that_wants_no_wait_gets_a_short_one_and_a_second_from_the_fourth_loss_in_a_row_on() {
    let eager = with_reconnection_time(Span::ZERO, Policy::browser());
    for set_by_server in [None, Some(Span::ZERO)] {
        let mut source = TestSession::new(eager.clone());
        if let Some(time) = set_by_server {
            source.retry(time);
        }
        let waits = [(); 6].map(|()| expect_wait(source.open().hang_up()));
        assert_eq!(waits, [10, 10, 10, 1000, 1000, 1000].map(milliseconds));
        let waits = [(); 9].map(|()| expect_wait(source.open().event().hang_up()));
        assert_eq!(waits, [milliseconds(10); 9]);
    }
}

#[test]
fn a_users_backoff_may_stay_below_a_second() {
    let mut source = TestSession::new(resilient(fixed(Span::ZERO)));
    let waits = [(); 6].map(|()| expect_wait(source.open().hang_up()));
    assert_eq!(waits, [milliseconds(10); 6]);
}

/// A backoff without jitter, from one second on.
fn steady() -> Backoff {
    Backoff {
        jitter: false,
        ..Backoff::new()
    }
}

#[test]
fn a_wait_with_backoff_grows_from_the_time_that_the_server_asks_for() {
    let mut source = TestSession::new(resilient(steady()));
    source.retry(seconds(3));
    let waits = [(); 4].map(|()| expect_wait(source.open().hang_up()));
    assert_eq!(waits, [3, 3, 4, 8].map(seconds));
    assert_eq!(expect_wait(source.open().event().hang_up()), seconds(3));
}

#[test]
fn the_reconnection_time_is_the_shortest_wait_of_a_backoff_until_the_server_sets_another() {
    let policy = with_reconnection_time(seconds(3), resilient(steady()));
    let mut source = TestSession::new(policy);
    assert_eq!(expect_wait(source.give_up()), seconds(3));
    let waits = [(); 3].map(|()| expect_wait(source.open().hang_up()));
    assert_eq!(waits, [3, 4, 8].map(seconds));
    source.retry(seconds(2));
    let waits = [(); 3].map(|()| expect_wait(source.open().event().hang_up()));
    assert_eq!(waits, [seconds(2); 3]);
}

#[test]
fn losses_count_no_matter_who_makes_the_next_connection() {
    for by_browser in [true, false] {
        let mut source = TestSession::new(Policy {
            close_after_losses: Some(3),
            ..Policy::browser()
        });
        let mut lose = || match by_browser {
            true => source.open().lose_with_id(),
            false => source.open().hang_up(),
        };
        lose();
        lose();
        assert_eq!(lose(), too_many(3));
    }
}

#[test]
fn only_chosen_statuses_are_tried_again() {
    let chosen = Policy {
        retry_statuses: Some(vec![503]),
        ..Policy::browser()
    };
    for (policy, retried, closing) in [
        (Policy::browser(), vec![], vec![401, 404, 500, 503]),
        (chosen, vec![503], vec![401, 429, 500]),
        (
            Policy::resilient(),
            vec![408, 429, 500, 503],
            vec![401, 403, 404, 501],
        ),
    ] {
        for status in retried {
            expect_wait(TestSession::new(policy.clone()).refuse(status, None));
        }
        for status in closing {
            let outcome = TestSession::new(policy.clone()).refuse(status, None);
            assert_eq!(outcome, CLOSED_BY_FAILURE, "{status}");
        }
    }
}

#[test]
fn the_action_after_giving_up_decides_if_no_statuses_are_chosen() {
    for (on_given_up, reopens) in [(LimitAction::Reopen, true), (LimitAction::Close, false)] {
        let policy = Policy {
            on_given_up,
            ..Policy::browser()
        };
        for class in [
            FailureClass::Status(404),
            FailureClass::ContentType,
            FailureClass::Other,
        ] {
            let outcome = TestSession::new(policy.clone()).fail(class, None);
            let is_reopened = matches!(outcome, Outcome::Reopen { .. });
            assert_eq!(is_reopened, reopens, "{class:?}: {outcome:?}");
        }
    }
}

#[test]
fn another_content_type_closes_the_source_if_statuses_are_chosen() {
    let chosen = Policy {
        on_given_up: LimitAction::Reopen,
        retry_statuses: Some(vec![503]),
        ..Policy::browser()
    };
    for policy in [Policy::resilient(), chosen] {
        let outcome = TestSession::new(policy).fail(FailureClass::ContentType, None);
        assert_eq!(outcome, CLOSED_BY_FAILURE);
    }
}

#[test]
fn retry_after_is_the_shortest_wait() {
    let backoff = Backoff {
        initial: seconds(2),
        ..steady()
    };
    for (retry_after, expected) in [(1, 2), (60, 60)] {
        let mut source = TestSession::new(resilient(backoff.clone()));
        let outcome = source.refuse(503, Some(seconds(retry_after)));
        assert_eq!(expect_wait(outcome), seconds(expected));
    }
}

#[test]
fn a_hopeless_failure_closes_even_if_the_policy_reopens_after_giving_up() {
    let policy = Policy {
        on_given_up: LimitAction::Reopen,
        ..Policy::browser()
    };
    let outcome = TestSession::new(policy).fail(FailureClass::Hopeless, None);
    assert_eq!(outcome, CLOSED_BY_FAILURE);
}

#[test]
fn a_server_can_make_a_source_wait_as_long_as_the_policy_allows_and_no_longer() {
    let policy = Policy {
        max_server_delay: seconds(60),
        ..resilient(fixed(Span::ZERO))
    };
    for (asked, expected) in [(59, 59), (60, 60), (61, 60), (3600, 60), (u64::MAX, 60)] {
        let mut source = TestSession::new(policy.clone());
        assert_eq!(
            expect_wait(source.refuse(503, Some(seconds(asked)))),
            seconds(expected)
        );
        let mut source = TestSession::new(policy.clone());
        source.retry(seconds(asked));
        assert_eq!(expect_wait(source.open().hang_up()), seconds(expected));
    }
}

#[test]
fn a_server_can_make_a_source_wait_for_at_most_an_hour_by_default() {
    for policy in [
        Policy::browser(),
        Policy::close_on_error(),
        Policy::resilient(),
    ] {
        assert_eq!(policy.max_server_delay, seconds(3600));
    }
}

#[test]
fn the_maximum_server_delay_does_not_limit_the_reconnection_time_of_the_policy() {
    let policy = Policy {
        max_server_delay: seconds(1),
        ..with_reconnection_time(seconds(9), Policy::browser())
    };
    let mut source = TestSession::new(policy);
    assert_eq!(expect_wait(source.open().hang_up()), seconds(9));
    source.retry(seconds(20));
    assert_eq!(expect_wait(source.open().hang_up()), seconds(1));
}

#[test]
fn a_server_that_may_not_ask_for_any_wait_is_still_not_asked_too_often() {
    let policy = Policy {
        max_server_delay: Span::ZERO,
        ..Policy::browser()
    };
    let mut source = TestSession::new(policy);
    source.retry(seconds(5));
    assert_eq!(expect_wait(source.open().hang_up()), milliseconds(10));
}

#[test]
fn a_slow_answer_is_awaited_if_the_request_may_not_be_made_again() {
    let slow = |then| {
        TestSession::not_repeatable(Policy {
            on_slow_open: limit(seconds(30), then),
            ..Policy::browser()
        })
    };
    assert_eq!(
        TestSession::not_repeatable(Policy::resilient()).next_timeout(),
        None
    );
    assert_eq!(slow(LimitAction::Reopen).next_timeout(), None);
    let expected = Outcome::Close {
        failure: Failure::OpenTimeout,
        limit: None,
    };
    assert_eq!(slow(LimitAction::Close).next_deadline(), expected);
}

#[test]
fn a_request_that_may_not_be_made_again_is_made_once() {
    let policy = Policy {
        on_idle: limit(seconds(1), LimitAction::Reopen),
        ..Policy::resilient()
    };
    let source = || TestSession::not_repeatable(policy.clone());
    let ruled = |decision| {
        let mut source = TestSession::with_options(Options {
            policy: policy.clone().into(),
            is_repeatable: false,
            has_rule: true,
            ..Options::new(Transport::Fetch)
        });
        source.rule = Some(Box::new(move |_| decision));
        source
    };
    assert_eq!(source().open().hang_up(), CLOSED_BY_FAILURE);
    assert_eq!(source().refuse(503, None), CLOSED_BY_FAILURE);
    let kept = ruled(Decision::KeepWaiting).open().hang_up();
    assert_eq!(kept, CLOSED_BY_FAILURE);
    let idle = Outcome::Close {
        failure: Failure::Idle,
        limit: None,
    };
    assert_eq!(source().open().next_deadline(), idle);

    let mut resending = TestSession::not_repeatable(Policy {
        resend: true,
        ..policy.clone()
    });
    expect_wait(resending.open().hang_up());
    let mut reopening = ruled(Decision::Reopen {
        after: seconds(7).into(),
    });
    assert_eq!(expect_wait(reopening.open().hang_up()), seconds(7));
}

#[test]
fn a_rule_that_keeps_waiting_lets_the_connection_be_made_again() {
    let mut source = TestSession::with_rule(Policy::close_on_error(), |_| Decision::KeepWaiting);
    assert_eq!(expect_wait(source.open().hang_up()), seconds(3));
}

/// How many attempts were made.
struct Attempts {
    all: u32,
    /// How many of them the session made in place of the browser.
    by_session: u32,
}

/// Counts the attempts in this time, if the browser waits for `browsers_wait` before each of its attempts, and each connection is
/// lost at once or after an event.
fn count_attempts(browsers_wait: Span, with_event: bool, time: Span) -> Attempts {
    let mut source = TestSession::new(Policy::browser());
    let (mut all, mut by_session) = (0, 0);
    while source.since_start() < time {
        source.open();
        if with_event {
            source.event();
        }
        match source.lose_without_id() {
            Outcome::KeepWaiting(_) => {
                source.advance(browsers_wait);
            }
            outcome => {
                expect_wait(outcome);
                assert_eq!(source.next_deadline(), Outcome::Connect);
                by_session += 1;
            }
        }
        all += 1;
    }
    Attempts { all, by_session }
}

#[test]
fn the_session_makes_some_attempts_in_place_of_a_browser_that_hardly_waits() {
    for browsers_wait in [0, 1, 3, 9].map(milliseconds) {
        let Attempts { all, by_session } = count_attempts(browsers_wait, true, seconds(10));
        assert!(
            all <= 1001 && by_session > 0,
            "{all} after {browsers_wait:?}"
        );
        let Attempts { all, by_session } = count_attempts(browsers_wait, false, seconds(100));
        assert!(
            all <= 105 && by_session > 0,
            "{all} after {browsers_wait:?}"
        );
    }
    let Attempts { all, by_session } = count_attempts(milliseconds(500), false, seconds(100));
    assert!(all <= 105 && by_session > 0, "{all} after half a second");
}

#[test]
fn a_browser_that_waits_long_enough_makes_all_attempts() {
    for (browsers_wait, with_event) in [(10, true), (500, true), (1000, false), (3000, false)] {
        let attempts = count_attempts(milliseconds(browsers_wait), with_event, seconds(100));
        assert_eq!(attempts.by_session, 0, "after {browsers_wait} ms");
    }
}

#[test]
fn a_browser_that_alone_can_send_the_last_event_id_makes_all_attempts() {
    let mut source = TestSession::new(Policy::browser());
    for _ in 0..9 {
        assert_eq!(
            source.open().lose_with_id(),
            Outcome::KeepWaiting(Failure::Told)
        );
    }
    let mut source = TestSession::with_options(Options {
        has_resume_parameter: true,
        ..Options::new(Transport::Browser)
    });
    assert_eq!(
        source.open().lose_with_id(),
        Outcome::KeepWaiting(Failure::Told)
    );
    assert_eq!(expect_wait(source.open().lose_with_id()), milliseconds(20));
}

#[test]
fn a_rule_may_leave_reconnecting_to_the_browser() {
    let mut source = TestSession::with_rule(Policy::browser(), |_| Decision::KeepWaiting);
    for _ in 0..9 {
        let outcome = source.open().lose_without_id();
        assert_eq!(outcome, Outcome::KeepWaiting(Failure::Told));
        let attempt = source.session.failures();
        let expected = State::Waiting {
            attempt,
            retry_in: None,
        };
        assert_eq!(source.session.state(), expected);
    }
}
