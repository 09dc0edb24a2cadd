//! The whole space by property.

use proptest::prelude::*;

use super::{
    machine::waits::{FLOOR, FLOOR_IN_VAIN, QUICK_LOSSES},
    space::*,
    *,
};

proptest! {
    #[test]
    fn a_closed_source_has_no_deadline_and_makes_no_attempt(
        policy in any_policy(),
        happenings in proptest::collection::vec(any_happening(), 0..60),
        random in 0.0..=1.0,
    ) {
        let mut bench = Bench::new(policy);
        bench.random = random;
        let mut closed = false;
        for happening in happenings {
            let outcome = play(&mut bench, happening);
            if closed {
                prop_assert!(bench.machine.deadline().is_none());
                prop_assert!(!matches!(outcome, Outcome::Connect));
            }
            closed |= matches!(happening, Happening::Closed) || matches!(outcome, Outcome::Verdict(Verdict::Close(_)));
        }
    }

    #[test]
    fn a_deadline_that_is_over_is_dealt_with(
        policy in any_policy(),
        happenings in proptest::collection::vec(any_happening(), 0..60),
    ) {
        let mut bench = Bench::new(policy.clone());
        for happening in happenings {
            play(&mut bench, happening);
            // Limits of zero are over at once, time and again; any other moves on after a few looks at the clock.
            let zero = [policy.idle, policy.opening].iter().flatten().any(|limit| limit.after.is_zero());
            if zero || bench.now == Duration::MAX || policy.rule.is_some() {
                continue;
            }
            for _ in 0..4 {
                let now = bench.now;
                clock(&mut bench, now);
            }
            prop_assert!(bench.machine.deadline().is_none_or(|at| at > bench.now));
        }
    }

    #[test]
    fn opening_alone_resets_nothing(losses in 1u32..50) {
        let mut bench = Bench::new(Policy::browser().close_after_losses(losses).healthy_after(Duration::MAX));
        for loss in 1..=losses {
            bench.open();
            let closes = matches!(bench.lose(), Verdict::Close(_));
            prop_assert_eq!(closes, loss == losses);
        }
    }

    #[test]
    fn no_server_gets_more_than_so_many_attempts_a_second(
        (backoff, reconnection_time, backs_off) in (any_backoff(), any_duration(), any::<bool>()),
        happenings in proptest::collection::vec(any_behaviour(), 0..100),
        random in 0.0..=1.0,
    ) {
        let policy = Policy::browser()
            .on_given_up(Then::Reopen)
            .backoff(backoff)
            .reconnection_time(reconnection_time)
            .back_off_after_losses(backs_off)
            .healthy_after(Duration::MAX);
        let mut bench = Bench::new(policy);
        bench.random = random;
        let (mut last_attempt, mut losses) = (Duration::ZERO, 0);
        for happening in happenings {
            match happening {
                Happening::Event => losses = 0,
                Happening::HungUp => losses += 1,
                Happening::GivenUp => losses = 0,
                _ => {}
            }
            if matches!(play(&mut bench, happening), Outcome::Connect) {
                let gap = bench.now - last_attempt;
                let in_vain = losses > QUICK_LOSSES && !backs_off;
                let floor = if in_vain { FLOOR_IN_VAIN } else { FLOOR };
                prop_assert!(gap >= floor, "{:?} after {} losses", gap, losses);
                last_attempt = bench.now;
            }
            if bench.now == Duration::MAX {
                break;
            }
        }
    }

    #[test]
    fn so_many_attempts_are_so_many(attempts in 1u32..50) {
        let backoff = Backoff::new().initial(seconds(1)).max_attempts(attempts);
        let mut bench = Bench::new(Policy::resilient().backoff(backoff));
        for _ in 0..attempts {
            bench.fail_and_connect();
        }
        let Verdict::Close(Error::TooMany { count, last }) = bench.give_up() else {
            panic!("after {attempts}");
        };
        prop_assert_eq!(count, attempts);
        prop_assert!(matches!(*last, Error::GivenUp { .. }), "{:?}", last);
    }

    #[test]
    fn so_many_decode_errors_are_so_many(errors in 1u32..50) {
        let mut bench = Bench::new(Policy::browser().close_after_decode_errors(errors));
        for error in 1..=errors {
            bench.open().event();
            prop_assert_eq!(matches!(bench.undecodable(), Verdict::Close(_)), error == errors);
        }
    }

    #[test]
    fn the_ceiling_grows_and_is_capped(backoff in any_backoff(), attempts in 0u32..2000) {
        let ceiling = backoff.ceiling(attempts);
        prop_assert!(ceiling <= backoff.max);
        prop_assert!(ceiling <= backoff.ceiling(attempts + 1));
        prop_assert!(ceiling >= backoff.initial.min(backoff.max).mul_f64(0.999_999));
    }

    #[test]
    fn a_wait_is_within_its_ceiling(backoff in any_backoff(), attempts in 0u32..2000, random in 0.0..=1.0) {
        let (wait, ceiling) = (backoff.wait(attempts, random), backoff.ceiling(attempts));
        if backoff.jitter {
            prop_assert!(wait <= ceiling);
        } else {
            prop_assert_eq!(wait, ceiling);
        }
    }

    #[test]
    fn jitter_uses_the_whole_range(random in 0.0..=1.0) {
        let wait = Backoff::new().wait(0, random);
        prop_assert!(wait.abs_diff(Duration::from_secs_f64(random)) < Duration::from_micros(1));
    }
}
