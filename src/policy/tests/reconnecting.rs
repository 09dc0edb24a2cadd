//! How connections are made again where the transport leaves that to the policy.

use super::*;

/// The wait before the next attempt.
#[track_caller]
fn wait(verdict: Verdict) -> Duration {
    match verdict {
        Verdict::Reopen { after } => after,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_lost_connection_is_made_again_after_the_reconnection_time_however_often() {
    let mut bench = Bench::new(Policy::browser());
    for _ in 0..10 {
        assert_eq!(wait(bench.open().hang_up()), seconds(3));
        assert!(matches!(bench.next_tick(), Tick::Connect));
    }
}

#[test]
fn the_server_sets_the_reconnection_time() {
    let mut bench = Bench::new(Policy::browser().reconnection_time(seconds(9)));
    assert_eq!(wait(bench.open().hang_up()), seconds(9));
    bench.machine.retry(Duration::from_millis(10));
    assert_eq!(wait(bench.open().hang_up()), Duration::from_millis(10));
}

#[test]
fn a_server_that_wants_no_wait_gets_a_short_one_and_a_second_from_the_fourth_loss_in_a_row_on() {
    let eager = Policy::browser().reconnection_time(Duration::ZERO);
    for told in [None, Some(Duration::ZERO)] {
        let mut bench = Bench::new(eager.clone());
        told.into_iter().for_each(|time| bench.machine.retry(time));
        let waits = [(); 6].map(|()| wait(bench.open().hang_up()).as_millis());
        assert_eq!(waits, [10, 10, 10, 1000, 1000, 1000]);
        let waits = [(); 9].map(|()| wait(bench.open().event().hang_up()).as_millis());
        assert_eq!(waits, [10; 9]);
    }
}

#[test]
fn a_backoff_of_your_own_may_stay_below_a_second() {
    let policy = Policy::resilient().backoff(fixed(Duration::ZERO));
    let mut bench = Bench::new(policy);
    let waits = [(); 6].map(|()| wait(bench.open().hang_up()).as_millis());
    assert_eq!(waits, [10; 6]);
}

#[test]
fn with_backoff_the_wait_grows_from_what_the_server_asks_for() {
    let backoff = Backoff::new().initial(seconds(1)).jitter(false);
    let mut bench = Bench::new(Policy::resilient().backoff(backoff));
    bench.machine.retry(seconds(3));
    let waits = [(); 4].map(|()| wait(bench.open().hang_up()).as_secs());
    assert_eq!(waits, [3, 3, 4, 8]);
    assert_eq!(wait(bench.open().event().hang_up()), seconds(3));
}

#[test]
fn with_backoff_a_reconnection_time_is_the_least_wait_until_the_server_sets_another() {
    let backoff = Backoff::new().initial(seconds(1)).jitter(false);
    let policy = Policy::resilient().backoff(backoff);
    let mut bench = Bench::new(policy.reconnection_time(seconds(3)));
    assert_eq!(wait(bench.give_up()), seconds(3));
    let waits = [(); 3].map(|()| wait(bench.open().hang_up()).as_secs());
    assert_eq!(waits, [3, 4, 8]);
    bench.machine.retry(seconds(2));
    let waits = [(); 3].map(|()| wait(bench.open().event().hang_up()).as_secs());
    assert_eq!(waits, [2; 3]);
}

#[test]
fn losses_count_whoever_makes_the_next_connection() {
    let mut bench = Bench::new(Policy::browser().close_after_losses(3));
    wait(bench.open().hang_up());
    wait(bench.open().hang_up());
    let verdict = bench.open().hang_up();
    assert!(
        matches!(verdict, Verdict::Close(Error::TooMany { count: 3, .. })),
        "{verdict:?}"
    );
}

#[test]
fn only_chosen_statuses_are_tried_again() {
    for (policy, again, never) in [
        (Policy::browser(), vec![], vec![401, 404, 500, 503]),
        (
            Policy::browser().retry_statuses([503]),
            vec![503],
            vec![401, 429, 500],
        ),
        (
            Policy::resilient(),
            vec![408, 429, 500, 503],
            vec![401, 403, 404, 501],
        ),
    ] {
        for status in again {
            wait(Bench::new(policy.clone()).refuse(status, None));
        }
        for status in never {
            let verdict = Bench::new(policy.clone()).refuse(status, None);
            assert!(
                matches!(&verdict, Verdict::Close(Error::Status { status: told, .. }) if *told == status),
                "{verdict:?}"
            );
        }
    }
}

fn mistyped(policy: Policy) -> Verdict {
    let error = Error::ContentType {
        url: String::new(),
        content_type: None,
        body: String::new(),
    };
    Bench::new(policy).lose_with(error, Outlook::Failed { retry_after: None })
}

#[test]
fn where_no_status_is_chosen_giving_up_is_giving_up_whatever_the_reason() {
    for (then, reopens) in [(Then::Reopen, true), (Then::Close, false)] {
        let policy = || Policy::browser().on_given_up(then);
        let refused = Bench::new(policy()).refuse(404, None);
        for verdict in [refused, mistyped(policy())] {
            let does = matches!(verdict, Verdict::Reopen { .. });
            assert_eq!(does, reopens, "{then:?}: {verdict:?}");
        }
    }
}

#[test]
fn where_statuses_are_chosen_another_content_type_closes() {
    for policy in [
        Policy::resilient(),
        Policy::browser()
            .on_given_up(Then::Reopen)
            .retry_statuses([503]),
    ] {
        let verdict = mistyped(policy);
        assert!(
            matches!(verdict, Verdict::Close(Error::ContentType { .. })),
            "{verdict:?}"
        );
    }
}

#[test]
fn retry_after_is_the_least_wait() {
    let backoff = Backoff::new().initial(seconds(2)).jitter(false);
    let policy = Policy::resilient().backoff(backoff);
    for (retry_after, expected) in [(1, 2), (60, 60)] {
        let mut bench = Bench::new(policy.clone());
        let verdict = bench.refuse(503, Some(seconds(retry_after)));
        assert_eq!(wait(verdict), seconds(expected));
    }
}

#[test]
fn what_would_come_again_closes_whatever_the_policy_says_of_giving_up() {
    let policy = Policy::browser().on_given_up(Then::Reopen);
    for error in [
        Error::EventTooLarge { limit: 1 },
        Error::InvalidRequest {
            message: String::new(),
        },
    ] {
        let outlook = Outlook::Failed { retry_after: None };
        let verdict = Bench::new(policy.clone()).lose_with(error, outlook);
        assert!(matches!(verdict, Verdict::Close(_)), "{verdict:?}");
    }
}

/// For a request that is not repeatable.
fn once(policy: Policy) -> Bench {
    let mut bench = Bench::new(Policy::browser());
    bench.machine = Machine::new(policy, false, Duration::ZERO);
    bench
}

#[test]
fn a_request_that_is_not_repeatable_may_take_its_time_where_another_would_be_made_anew() {
    let slow = |then| once(Policy::browser().on_slow_open(seconds(30), then));
    assert!(once(Policy::resilient()).machine.deadline().is_none());
    assert!(slow(Then::Reopen).machine.deadline().is_none());
    let Tick::Trouble(late) = slow(Then::Close).next_tick() else {
        panic!("30 s are over");
    };
    assert!(matches!(late.error, Error::OpenTimeout { .. }));
}

#[test]
fn a_request_that_is_not_repeatable_is_made_once() {
    let policy = Policy::resilient().on_idle(seconds(1), Then::Reopen);
    let verdicts = [
        once(policy.clone()).open().hang_up(),
        once(policy.clone()).refuse(503, None),
        once(policy.clone().rule(|_| Decision::KeepWaiting))
            .open()
            .hang_up(),
    ];
    for verdict in verdicts {
        assert!(matches!(verdict, Verdict::Close(_)), "{verdict:?}");
    }
    let mut bench = once(policy.clone());
    let Tick::Trouble(idle) = bench.open().next_tick() else {
        panic!("nothing is idle");
    };
    assert!(matches!(
        bench.settle(&idle),
        Verdict::Close(Error::Idle { .. })
    ));
    wait(once(policy.clone().resend(true)).open().hang_up());
    let rule = policy.rule(|_| Decision::Reopen { after: seconds(7) });
    assert_eq!(wait(once(rule).open().hang_up()), seconds(7));
}

#[test]
fn a_rule_that_keeps_waiting_lets_the_connection_be_made_again() {
    let policy = Policy::close_on_error().rule(|_| Decision::KeepWaiting);
    assert_eq!(wait(Bench::new(policy).open().hang_up()), seconds(3));
}

/// A browser waits so long by itself before each attempt, of which nothing comes but perhaps an event: how many attempts
/// there are in this time, and how many of them are the policy's.
fn attempts(own_wait: Duration, with_event: bool, time: Duration) -> (u32, u32) {
    let mut bench = Bench::new(Policy::browser());
    let (mut all, mut ours) = (0, 0);
    while bench.now < time {
        bench.open();
        if with_event {
            bench.event();
        }
        match bench.lose_replaceably() {
            Verdict::KeepWaiting => bench.now += own_wait,
            verdict => {
                wait(verdict);
                assert!(matches!(bench.next_tick(), Tick::Connect));
                ours += 1;
            }
        }
        all += 1;
    }
    (all, ours)
}

#[test]
fn a_browser_that_hardly_waits_is_made_to() {
    for own_wait in [0, 1, 3, 9].map(Duration::from_millis) {
        let (all, ours) = attempts(own_wait, true, seconds(10));
        assert!(all <= 1001 && ours > 0, "{all} after {own_wait:?}");
        let (all, ours) = attempts(own_wait, false, seconds(100));
        assert!(all <= 105 && ours > 0, "{all} in vain after {own_wait:?}");
    }
    let (all, ours) = attempts(Duration::from_millis(500), false, seconds(100));
    assert!(all <= 105 && ours > 0, "{all} in vain after half a second");
}

#[test]
fn one_that_waits_for_long_enough_is_left_to_it() {
    for (own_wait, with_event) in [(10, true), (500, true), (1000, false), (3000, false)] {
        let (_, ours) = attempts(Duration::from_millis(own_wait), with_event, seconds(100));
        assert_eq!(ours, 0, "after {own_wait} ms");
    }
}

#[test]
fn a_rule_may_leave_it_to_the_browser() {
    let mut bench = Bench::new(Policy::browser().rule(|_| Decision::KeepWaiting));
    for _ in 0..9 {
        let trouble = bench
            .machine
            .lost(lost(), Outlook::Replaceable, bench.now, 0.5);
        assert!(trouble.is_a_reconnection());
        assert!(matches!(bench.settle(&trouble), Verdict::KeepWaiting));
    }
}
