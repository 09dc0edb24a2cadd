//! Properties of all sources and inputs.

use proptest::{collection::vec, prelude::*};

use super::{space::*, *};

/// The rank by which the outputs of one input are ordered.
fn rank(output: &Output) -> u8 {
    match output {
        Output::Gap(_) => 0,
        Output::Deliver => 1,
        Output::Decide(_) => 2,
        Output::Attempt(_) | Output::HandOver => 3,
        Output::Disconnect => 4,
        Output::Report(_) => 5,
        Output::State(_) => 6,
        Output::Connect | Output::Refresh | Output::Renew => 7,
        Output::Closed(_) => 8,
    }
}

fn is_told(failure: Failure, outputs: &[Output]) -> bool {
    outputs.iter().any(|output| match output {
        Output::Report(report) => report.failure == failure,
        Output::Closed(CloseReason::Failed {
            failure: reason, ..
        }) => *reason == failure,
        _ => false,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_source_keeps_what_its_policy_promises(bytes in vec(any::<u8>(), 0..1000)) {
        model::check::<LikelyHappening>(&bytes, with_small_limits);
    }

    #[test]
    fn outputs_come_in_order_and_report_each_failure_and_the_close_is_the_last(
        setup in any_setup(),
        happenings in vec(any_happening(), 0..60),
    ) {
        let mut source = setup.start();
        let mut told = State::Connecting;
        for happening in happenings {
            let outputs = source.play(&happening);
            prop_assert!(told != State::Closed || outputs.is_empty(), "{:?}", outputs);
            prop_assert!(outputs.is_sorted_by_key(rank), "{:?}", outputs);
            for (index, output) in outputs.iter().enumerate() {
                match output {
                    Output::State(state) => told = *state,
                    Output::Decide(context) => {
                        prop_assert!(is_told(context.failure, &outputs), "{:?}", outputs);
                    }
                    Output::Closed(_) => {
                        prop_assert_eq!(index + 1, outputs.len());
                        told = State::Closed;
                    }
                    _ => {}
                }
            }
            let is_closed = told == State::Closed;
            prop_assert_eq!(source.session.state(), told);
            prop_assert_eq!(source.session.is_closed(), is_closed);
            prop_assert!(!is_closed || source.session.next_timeout().is_none());
        }
    }

    #[test]
    fn a_session_that_is_not_polled_closes_once_and_does_not_panic(
        setup in any_setup(),
        happenings in vec((any_happening(), prop::bool::weighted(0.3)), 0..60),
    ) {
        let mut source = setup.start();
        let mut outputs = Vec::new();
        for (happening, is_polled) in happenings {
            source.tell(&happening);
            // No rule answers here.
            if is_polled {
                outputs.extend(source.session.poll());
            }
        }
        outputs.extend(std::iter::from_fn(|| source.session.poll()));
        let closed = outputs.iter().position(|output| matches!(output, Output::Closed(_)));
        prop_assert_eq!(closed.is_some(), source.session.is_closed());
        prop_assert!(closed.is_none_or(|index| index + 1 == outputs.len()), "{:?}", outputs);
    }

    #[test]
    fn a_deadline_that_has_passed_is_handled(
        setup in any_setup(),
        happenings in vec(any_happening(), 0..60),
    ) {
        let mut source = setup.start();
        for happening in happenings {
            source.play(&happening);
            if source.now == LAST_MOMENT || setup.options.has_rule {
                continue;
            }
            for _ in 0..4 {
                source.timeout();
            }
            prop_assert!(source.session.next_timeout().is_none_or(|at| at > source.now));
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
