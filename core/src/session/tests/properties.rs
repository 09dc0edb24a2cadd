//! The whole space by property.

use proptest::{collection::vec, prelude::*};

use super::{space::*, *};
use crate::session::limits::{
    LOSSES_BEFORE_LONGER_DELAY, MIN_DELAY, MIN_DELAY_AFTER_REPEATED_LOSSES,
};

/// Where an output stands among those that come of one input.
fn rank(output: &Output) -> u8 {
    match output {
        Output::Gap(_) => 0,
        Output::Deliver => 1,
        Output::Decide(_) => 2,
        Output::Disconnect => 3,
        Output::Report(_) => 4,
        Output::State(_) => 5,
        Output::Connect => 6,
        Output::Closed(_) => 7,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_closed_source_has_no_deadline_and_no_output(
        source in any_source(),
        happenings in vec(any_happening(), 0..60),
    ) {
        let mut bench = source.bench();
        let mut is_closed = false;
        for happening in happenings {
            let outputs = bench.play(&happening);
            prop_assert!(!is_closed || outputs.is_empty(), "{:?}", outputs);
            let closings = outputs.iter().filter(|output| matches!(output, Output::Closed(_))).count();
            prop_assert!(closings <= 1);
            if closings == 1 {
                prop_assert!(matches!(outputs.last(), Some(Output::Closed(_))));
                is_closed = true;
            }
            prop_assert_eq!(bench.session.is_closed(), is_closed);
            prop_assert!(!is_closed || bench.session.next_timeout().is_none());
        }
    }

    #[test]
    fn a_session_that_is_not_polled_closes_once_and_does_not_panic(
        source in any_source(),
        happenings in vec((any_happening(), prop::bool::weighted(0.3)), 0..60),
    ) {
        let mut bench = source.bench();
        let mut outputs = Vec::new();
        for (happening, is_polled) in happenings {
            bench.tell(&happening);
            // A rule that is not asked does not answer.
            if is_polled {
                outputs.extend(bench.session.poll());
            }
        }
        outputs.extend(std::iter::from_fn(|| bench.session.poll()));
        let closed = outputs.iter().position(|output| matches!(output, Output::Closed(_)));
        prop_assert_eq!(closed.is_some(), bench.session.is_closed());
        prop_assert!(closed.is_none_or(|index| index + 1 == outputs.len()), "{:?}", outputs);
    }

    #[test]
    fn the_state_is_the_one_that_was_told_last_and_outputs_come_in_their_order(
        source in any_source(),
        happenings in vec(any_happening(), 0..60),
    ) {
        let mut bench = source.bench();
        let mut told = State::Connecting;
        for happening in happenings {
            let outputs = bench.play(&happening);
            prop_assert!(outputs.is_sorted_by_key(rank), "{:?}", outputs);
            for output in outputs {
                match output {
                    Output::State(state) => told = state,
                    Output::Closed(_) => told = State::Closed,
                    _ => {}
                }
            }
            prop_assert_eq!(bench.session.state(), told);
        }
    }

    #[test]
    fn every_failure_that_a_rule_is_asked_about_is_told(
        source in any_source(),
        happenings in vec(any_happening(), 0..60),
    ) {
        let mut bench = source.bench();
        for happening in happenings {
            let outputs = bench.play(&happening);
            let asked = outputs.iter().find_map(|output| match output {
                Output::Decide(context) => Some(context.failure),
                _ => None,
            });
            let is_told = |failure| outputs.iter().any(|output| match output {
                Output::Report(report) => report.failure == failure,
                Output::Closed(CloseReason::Failed { failure: reason, .. }) => *reason == failure,
                _ => false,
            });
            prop_assert!(asked.is_none_or(is_told), "{:?}", outputs);
        }
    }

    #[test]
    fn a_deadline_that_is_over_is_dealt_with(
        source in any_source(),
        happenings in vec(any_happening(), 0..60),
    ) {
        let mut bench = source.bench();
        for happening in happenings {
            bench.play(&happening);
            if bench.now == END || source.options.has_rule {
                continue;
            }
            for _ in 0..4 {
                bench.timeout();
            }
            prop_assert!(bench.session.next_timeout().is_none_or(|at| at > bench.now));
        }
    }

    #[test]
    fn no_server_gets_more_than_so_many_attempts_a_second(
        (backoff, reconnection_time, backs_off) in (any_backoff(), any_span(), any::<bool>()),
        happenings in vec(any_behaviour(), 0..100),
        random in 0.0..=1.0,
    ) {
        let policy = Policy {
            on_given_up: LimitAction::Reopen,
            backoff,
            reconnection_time: Some(reconnection_time),
            back_off_after_losses: backs_off,
            healthy_after: Span::MAX,
            ..Policy::browser()
        };
        let mut bench = Bench::new(policy);
        bench.random = random;
        let (mut last_attempt, mut losses) = (bench.now, 0);
        for happening in happenings {
            match happening {
                Happening::Input(Input::Lost(Loss::Reestablish)) => losses += 1,
                Happening::Event { .. } | Happening::Input(Input::Lost(_)) => losses = 0,
                _ => {}
            }
            if bench.play(&happening).contains(&Output::Connect) {
                let gap = bench.now.since(last_attempt);
                let is_longer = losses > LOSSES_BEFORE_LONGER_DELAY && !backs_off;
                let least = if is_longer { MIN_DELAY_AFTER_REPEATED_LOSSES } else { MIN_DELAY };
                prop_assert!(gap >= least, "{:?} after {} losses", gap, losses);
                last_attempt = bench.now;
            }
            if bench.now == END {
                break;
            }
        }
    }

    #[test]
    fn opening_alone_resets_nothing(losses in 1u32..50) {
        let mut bench = Bench::new(Policy {
            close_after_losses: Some(losses),
            healthy_after: Span::MAX,
            ..Policy::browser()
        });
        for loss in 1..=losses {
            bench.open();
            let closes = matches!(bench.lose(), Outcome::Close { .. });
            prop_assert_eq!(closes, loss == losses);
        }
    }

    #[test]
    fn a_source_makes_exactly_as_many_attempts_as_its_backoff_allows(attempts in 1u32..50) {
        let mut bench = Bench::new(resilient(Backoff {
            max_attempts: Some(attempts),
            ..Backoff::new()
        }));
        for _ in 0..attempts {
            bench.fail_and_connect();
        }
        prop_assert_eq!(bench.give_up(), too_many(attempts));
    }

    #[test]
    fn a_source_closes_at_exactly_as_many_decode_errors_as_its_policy_allows(errors in 1u32..50) {
        let mut bench = Bench::new(Policy {
            close_after_decode_errors: Some(errors),
            ..Policy::browser()
        });
        for error in 1..=errors {
            bench.open().event();
            prop_assert_eq!(matches!(bench.fail_to_decode(), Outcome::Close { .. }), error == errors);
        }
    }

    #[test]
    fn the_ceiling_of_a_backoff_grows_and_is_capped(backoff in any_backoff(), attempts in 0u32..2000) {
        let ceiling = backoff.ceiling(attempts);
        prop_assert!(ceiling <= backoff.max);
        prop_assert!(ceiling <= backoff.ceiling(attempts + 1));
        let least = backoff.initial.min(backoff.max).as_millis_f64();
        prop_assert!(ceiling.as_millis_f64() >= least * 0.999_999);
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
        prop_assert!((wait.as_millis_f64() - 1000.0 * random).abs() <= 0.5);
    }
}
