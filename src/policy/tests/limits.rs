//! Each limit by example.

use super::*;

#[test]
fn the_browser_preset_leaves_losses_and_closes_when_the_browser_gives_up() {
    let mut bench = Bench::new(Policy::browser());
    for _ in 0..1000 {
        assert!(matches!(bench.open().lose(), Verdict::KeepWaiting));
        assert!(matches!(bench.undecodable(), Verdict::KeepWaiting));
    }
    assert!(bench.machine.deadline().is_none());
    assert!(matches!(
        bench.give_up(),
        Verdict::Close(Error::GivenUp { .. })
    ));
}

#[test]
fn close_on_error_closes_at_the_first_of_any_kind() {
    let fresh = || Bench::new(Policy::close_on_error());
    assert!(matches!(
        fresh().open().lose(),
        Verdict::Close(Error::ConnectionLost { .. })
    ));
    assert!(matches!(
        fresh().give_up(),
        Verdict::Close(Error::GivenUp { .. })
    ));
    assert!(matches!(
        fresh().open().undecodable(),
        Verdict::Close(Error::Decode(_))
    ));
}

#[test]
fn resilient_reopens_with_growing_waits_for_as_long_as_it_takes() {
    let mut bench = Bench::new(Policy::resilient());
    let mut waits = Vec::new();
    for _ in 0..200 {
        let Verdict::Reopen { after } = bench.give_up() else {
            panic!("it reopens");
        };
        waits.push(after);
        assert!(matches!(bench.next_tick(), Tick::Connect));
    }
    assert_eq!(
        waits[..7],
        [500, 1000, 2000, 4000, 8000, 15000, 15000].map(Duration::from_millis)
    );
    assert!(waits[7..].iter().all(|wait| *wait == seconds(15)));
}

#[test]
fn the_longest_wait_there_is_is_no_panic() {
    let backoff = Backoff::new().initial(Duration::MAX).max(Duration::MAX);
    assert_eq!(backoff.wait(0, 1.0), Duration::MAX);
    assert!(backoff.wait(0, 0.5) < Duration::MAX);
    let mut bench = Bench::new(Policy::resilient().backoff(backoff));
    bench.random = 1.0;
    assert!(matches!(bench.give_up(), Verdict::Reopen { after } if after == Duration::MAX));
}

#[test]
fn resilient_does_not_wait_for_ever_for_the_server_to_answer() {
    let mut bench = Bench::new(Policy::resilient());
    bench.advance(seconds(30));
    let Tick::Trouble(trouble) = bench.tick() else {
        panic!("30 s are enough");
    };
    assert!(matches!(trouble.error, Error::OpenTimeout { after } if after == seconds(30)));
    assert!(matches!(bench.settle(&trouble), Verdict::Reopen { .. }));
}

#[test]
fn a_failure_to_decode_counts_only_in_a_row() {
    let mut bench = Bench::new(Policy::browser().close_after_decode_errors(2));
    for _ in 0..10 {
        assert!(matches!(bench.undecodable(), Verdict::KeepWaiting));
        bench.machine.decoded();
    }
    bench.undecodable();
    assert!(matches!(
        bench.undecodable(),
        Verdict::Close(Error::TooMany { count: 2, .. })
    ));
}

#[test]
fn an_event_makes_healthy() {
    let mut bench = Bench::new(Policy::browser().close_after_losses(2));
    for _ in 0..10 {
        assert!(matches!(bench.open().event().lose(), Verdict::KeepWaiting));
    }
    assert!(matches!(
        bench.open().lose(),
        Verdict::Close(Error::TooMany { count: 2, .. })
    ));
}

#[test]
fn staying_open_for_a_while_makes_healthy() {
    let mut bench = Bench::new(
        Policy::browser()
            .close_after_losses(2)
            .healthy_after(seconds(3)),
    );
    bench.open().lose();
    bench.open();
    assert!(matches!(bench.next_tick(), Tick::Nothing));
    assert_eq!(bench.now, seconds(3));
    assert!(bench.machine.deadline().is_none());
    assert!(matches!(bench.lose(), Verdict::KeepWaiting));
}

#[test]
fn a_source_that_is_down_for_too_long_closes_also_between_attempts() {
    let mut bench = Bench::new(Policy::browser().close_when_down_for(seconds(10)));
    bench.open().advance(seconds(100));
    bench.lose();
    bench.advance(seconds(9));
    assert!(matches!(bench.tick(), Tick::Nothing));
    bench.advance(seconds(1));
    let Tick::Close(Error::DownTooLong { limit, last }) = bench.tick() else {
        panic!("10 s are over");
    };
    assert_eq!(limit, seconds(10));
    assert!(matches!(*last, Error::ConnectionLost { .. }));
}

#[test]
fn a_source_that_never_opens_is_down_from_its_beginning() {
    let mut bench = Bench::new(Policy::browser().close_when_down_for(seconds(10)));
    let Tick::Close(Error::DownTooLong { last, .. }) = bench.next_tick() else {
        panic!("10 s are over");
    };
    assert_eq!(bench.now, seconds(10));
    assert!(matches!(*last, Error::OpenTimeout { after } if after == seconds(10)));

    let mut bench = Bench::new(Policy::resilient().close_when_down_for(seconds(10)));
    bench.advance(seconds(6)).give_up();
    assert!(matches!(bench.next_tick(), Tick::Connect));
    let Tick::Close(Error::DownTooLong { last, .. }) = bench.next_tick() else {
        panic!("10 s are over");
    };
    assert_eq!(bench.now, seconds(10));
    assert!(matches!(*last, Error::GivenUp { .. }));
}

#[test]
fn a_first_attempt_that_takes_long_to_fail_does_not_count_among_the_time_elapsed() {
    let policy = Policy::resilient().backoff(fixed(seconds(3)).max_elapsed(seconds(10)));
    let mut bench = Bench::new(policy.rule(|situation| {
        assert_eq!(situation.down_for, Duration::ZERO);
        situation.proposed
    }));
    bench.advance(seconds(20));
    assert!(matches!(bench.give_up(), Verdict::Reopen { .. }));
}

#[test]
fn opening_alone_does_not_end_the_time_that_it_is_down() {
    let mut bench = Bench::new(Policy::browser().close_when_down_for(seconds(10)));
    bench.lose();
    bench.open().advance(seconds(4));
    assert!(matches!(bench.lose(), Verdict::KeepWaiting));
    bench.advance(seconds(4));
    assert!(matches!(bench.open().tick(), Tick::Nothing));
    bench.advance(seconds(4));
    assert!(matches!(
        bench.lose(),
        Verdict::Close(Error::DownTooLong { .. })
    ));
}

#[test]
fn silence_counts_from_the_last_event() {
    let mut bench = Bench::new(Policy::browser().on_idle(seconds(5), Then::Close));
    assert!(
        bench.machine.deadline().is_none(),
        "nothing is expected before it is open"
    );
    bench.open().advance(seconds(4));
    bench.event().advance(seconds(4));
    assert!(matches!(bench.tick(), Tick::Nothing));
    bench.advance(seconds(1));
    let Tick::Trouble(trouble) = bench.tick() else {
        panic!("5 s are over");
    };
    assert!(
        matches!(bench.settle(&trouble), Verdict::Close(Error::Idle { after }) if after == seconds(5))
    );
}

#[test]
fn no_attempt_starts_after_the_most_elapsed_time() {
    let mut bench =
        Bench::new(Policy::resilient().backoff(fixed(seconds(3)).max_elapsed(seconds(10))));
    for _ in 0..3 {
        bench.fail_and_connect();
    }
    assert_eq!(bench.now, seconds(9));
    assert!(matches!(
        bench.give_up(),
        Verdict::Close(Error::DownTooLong { .. })
    ));
}

#[test]
fn zero_attempts_are_none() {
    let mut bench = Bench::new(Policy::resilient().backoff(Backoff::new().max_attempts(0)));
    assert!(matches!(
        bench.give_up(),
        Verdict::Close(Error::GivenUp { .. })
    ));
}

#[test]
fn a_rule_sees_the_situation_and_has_the_last_word() {
    let policy = Policy::resilient().rule(|situation| {
        assert!(matches!(situation.proposed, Decision::Reopen { .. }));
        match situation.failures {
            1 => Decision::Reopen { after: seconds(42) },
            _ => Decision::Close,
        }
    });
    let mut bench = Bench::new(policy);
    assert!(matches!(bench.give_up(), Verdict::Reopen { after } if after == seconds(42)));
    assert!(matches!(bench.next_tick(), Tick::Connect));
    assert!(matches!(
        bench.give_up(),
        Verdict::Close(Error::GivenUp { .. })
    ));
}

#[test]
fn a_rule_that_reopens_after_a_decode_error_has_failed_the_connection() {
    let reopen = Decision::Reopen { after: seconds(1) };
    let mut bench = Bench::new(Policy::browser().rule(move |_| reopen));
    bench.open().event();
    assert!(matches!(bench.undecodable(), Verdict::Reopen { .. }));
    assert_eq!(bench.machine.failures(), 1);
}

#[test]
fn a_rule_that_waits_for_nothing_closes() {
    let mut bench = Bench::new(Policy::resilient().rule(|_| Decision::KeepWaiting));
    assert!(matches!(
        bench.give_up(),
        Verdict::Close(Error::GivenUp { .. })
    ));
}

#[test]
fn a_rule_that_puts_up_with_silence_is_asked_again_after_as_long() {
    let mut bench = Bench::new(
        Policy::browser()
            .on_idle(seconds(5), Then::Close)
            .rule(|_| Decision::KeepWaiting),
    );
    bench.open();
    for round in 1..10 {
        let Tick::Trouble(trouble) = bench.next_tick() else {
            panic!("it is idle");
        };
        assert!(matches!(bench.settle(&trouble), Verdict::KeepWaiting));
        assert_eq!(bench.now, seconds(5 * round));
    }
}
