//! The whole space by property.

use proptest::prelude::*;

use super::*;

fn any_duration() -> impl Strategy<Value = Duration> {
    prop_oneof![
        9 => (0u64..100_000).prop_map(Duration::from_millis),
        1 => Just(Duration::ZERO),
        1 => Just(Duration::MAX),
    ]
}

prop_compose! {
    fn any_backoff()(
        initial in any_duration(),
        factor in prop_oneof![0.0..10.0, Just(f64::INFINITY), Just(f64::NAN), Just(-1.0)],
        max in any_duration(),
        jitter: bool,
        max_attempts in proptest::option::of(0u32..20),
        max_elapsed in proptest::option::of(any_duration()),
    ) -> Backoff {
        let mut backoff = Backoff::new().initial(initial).factor(factor).max(max).jitter(jitter);
        backoff.max_attempts = max_attempts;
        backoff.max_elapsed = max_elapsed;
        backoff
    }
}

fn any_then() -> impl Strategy<Value = Then> {
    prop_oneof![Just(Then::Close), Just(Then::Reopen)]
}

fn any_limit() -> impl Strategy<Value = Option<Limit>> {
    proptest::option::of(
        (any_duration(), any_then()).prop_map(|(after, then)| Limit { after, then }),
    )
}

fn any_rule() -> impl Strategy<Value = Option<Decision>> {
    proptest::option::weighted(
        0.3,
        prop_oneof![
            Just(Decision::KeepWaiting),
            any_duration().prop_map(|after| Decision::Reopen { after }),
            Just(Decision::Close),
        ],
    )
}

prop_compose! {
    fn any_policy()(
        close_after_losses in proptest::option::of(1u32..10),
        close_when_down_for in proptest::option::of(any_duration()),
        given_up in any_then(),
        retry_statuses in Just(vec![503]),
        backoff in any_backoff(),
        reconnection_time in any_duration(),
        (back_off_after_losses, reopen_on_wake) in any::<(bool, bool)>(),
        close_after_decode_errors in proptest::option::of(1u32..10),
        idle in any_limit(),
        opening in any_limit(),
        healthy_after in any_duration(),
        rule in any_rule(),
    ) -> Policy {
        let policy = Policy {
            close_after_losses,
            close_when_down_for,
            given_up,
            retry_statuses,
            backoff,
            reconnection_time,
            back_off_after_losses,
            reopen_on_wake,
            resend: false,
            close_after_decode_errors,
            idle,
            opening,
            healthy_after,
            rule: None,
        };
        match rule {
            Some(decision) => policy.rule(move |_| decision),
            None => policy,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Happening {
    Opened,
    Event,
    Decoded,
    Undecodable,
    Comment,
    Retry(Duration),
    Lost,
    HungUp,
    Refused {
        status: u16,
        retry_after: Option<Duration>,
    },
    GivenUp,
    Online,
    Time(Duration),
    Sleep(Duration),
    Deadline,
    Closed,
}

fn any_refusal() -> impl Strategy<Value = Happening> {
    let status = prop_oneof![Just(503), Just(401)];
    (status, proptest::option::of(any_duration())).prop_map(|(status, retry_after)| {
        Happening::Refused {
            status,
            retry_after,
        }
    })
}

fn any_happening() -> impl Strategy<Value = Happening> {
    use Happening::*;
    prop_oneof![
        8 => prop_oneof![Just(Opened), Just(Event), Just(Decoded), Just(Undecodable), Just(Lost), Just(GivenUp)],
        6 => prop_oneof![Just(Comment), Just(HungUp), any_refusal(), any_duration().prop_map(Retry), Just(Online)],
        4 => prop_oneof![(0u64..60_000).prop_map(|ms| Time(Duration::from_millis(ms))), Just(Deadline)],
        1 => any_duration().prop_map(Sleep),
        1 => Just(Closed),
    ]
}

/// What a happening led to.
#[derive(Debug)]
enum Outcome {
    Nothing,
    Verdict(Verdict),
    Connect,
}

fn play(bench: &mut Bench, happening: Happening) -> Outcome {
    match happening {
        Happening::Opened => bench.machine.opened(bench.now),
        Happening::Event => bench.machine.event(|| bench.now),
        Happening::Decoded => bench.machine.decoded(),
        Happening::Closed => bench.machine.close(),
        Happening::Undecodable => return Outcome::Verdict(bench.undecodable()),
        Happening::Comment => bench.machine.comment(|| bench.now),
        Happening::Retry(time) => bench.machine.retry(time),
        Happening::Lost => return Outcome::Verdict(bench.lose()),
        Happening::HungUp => return Outcome::Verdict(bench.hang_up()),
        Happening::Refused {
            status,
            retry_after,
        } => {
            return Outcome::Verdict(bench.refuse(status, retry_after));
        }
        Happening::Online => {
            let tick = bench.machine.online(bench.now, bench.random);
            return heed(bench, tick);
        }
        Happening::Sleep(by) => {
            bench.now = bench.now.saturating_add(by);
            let tick = bench.machine.tick(bench.now, bench.random, by);
            return heed(bench, tick);
        }
        Happening::GivenUp => return Outcome::Verdict(bench.give_up()),
        Happening::Time(by) => return clock(bench, bench.now.saturating_add(by)),
        Happening::Deadline => {
            return bench
                .machine
                .deadline()
                .map_or(Outcome::Nothing, |at| clock(bench, at));
        }
    }
    Outcome::Nothing
}

fn clock(bench: &mut Bench, until: Duration) -> Outcome {
    bench.now = until.max(bench.now);
    let tick = bench.tick();
    heed(bench, tick)
}

fn heed(bench: &mut Bench, tick: Tick) -> Outcome {
    match tick {
        Tick::Nothing => Outcome::Nothing,
        Tick::Connect => Outcome::Connect,
        Tick::Trouble(trouble) => Outcome::Verdict(bench.settle(&trouble)),
        Tick::Close(error) => {
            bench.machine.close();
            Outcome::Verdict(Verdict::Close(error))
        }
    }
}

proptest! {
    #[test]
    fn a_closed_source_has_no_deadline_and_makes_no_attempt(
        policy in any_policy(),
        happenings in proptest::collection::vec(any_happening(), 0..60),
        random in 0.0..1.0,
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
    fn a_wait_is_within_its_ceiling(backoff in any_backoff(), attempts in 0u32..2000, random in 0.0..1.0) {
        let (wait, ceiling) = (backoff.wait(attempts, random), backoff.ceiling(attempts));
        if backoff.jitter {
            prop_assert!(wait <= ceiling);
        } else {
            prop_assert_eq!(wait, ceiling);
        }
    }

    #[test]
    fn jitter_uses_the_whole_range(random in 0.0..1.0) {
        let wait = Backoff::new().wait(0, random);
        prop_assert!(wait.abs_diff(Duration::from_secs_f64(random)) < Duration::from_micros(1));
    }
}
