//! Every policy, and whatever may happen to a source.

use proptest::prelude::*;

use super::*;

pub(super) fn any_duration() -> impl Strategy<Value = Duration> {
    prop_oneof![
        9 => (0u64..100_000).prop_map(Duration::from_millis),
        1 => Just(Duration::ZERO),
        1 => Just(Duration::MAX),
    ]
}

prop_compose! {
    pub(super) fn any_backoff()(
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
    pub(super) fn any_policy()(
        close_after_losses in proptest::option::of(1u32..10),
        close_when_down_for in proptest::option::of(any_duration()),
        given_up in any_then(),
        retry_statuses in proptest::option::of(Just(vec![503])),
        backoff in any_backoff(),
        reconnection_time in proptest::option::of(any_duration()),
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
pub(super) enum Happening {
    Opened,
    Event,
    Decoded,
    Undecodable,
    Comment,
    Retry(Duration),
    Lost,
    LostReplaceably,
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

pub(super) fn any_happening() -> impl Strategy<Value = Happening> {
    use Happening::*;
    prop_oneof![
        8 => prop_oneof![Just(Opened), Just(Event), Just(Decoded), Just(Undecodable), Just(Lost), Just(LostReplaceably), Just(GivenUp)],
        6 => prop_oneof![Just(Comment), Just(HungUp), any_refusal(), any_duration().prop_map(Retry), Just(Online)],
        4 => prop_oneof![(0u64..60_000).prop_map(|ms| Time(Duration::from_millis(ms))), Just(Deadline)],
        1 => any_duration().prop_map(Sleep),
        1 => Just(Closed),
    ]
}

/// What a server can do, and a clock.
pub(super) fn any_behaviour() -> impl Strategy<Value = Happening> {
    use Happening::*;
    let retry = prop_oneof![Just(Duration::ZERO), any_duration()].prop_map(Retry);
    let time = (0u64..20).prop_map(|ms| Time(Duration::from_millis(ms)));
    prop_oneof![
        4 => Just(HungUp),
        4 => Just(Deadline),
        2 => prop_oneof![Just(Opened), Just(Event), Just(GivenUp)],
        2 => prop_oneof![retry, time],
    ]
}

/// What a happening led to.
#[derive(Debug)]
pub(super) enum Outcome {
    Nothing,
    Verdict(Verdict),
    Connect,
}

pub(super) fn play(bench: &mut Bench, happening: Happening) -> Outcome {
    match happening {
        Happening::Opened => bench.machine.opened(bench.now),
        Happening::Event => bench.machine.event(|| bench.now),
        Happening::Decoded => bench.machine.decoded(),
        Happening::Closed => drop(bench.machine.close()),
        Happening::Undecodable => return Outcome::Verdict(bench.undecodable()),
        Happening::Comment => bench.machine.comment(|| bench.now),
        Happening::Retry(time) => bench.machine.retry(time),
        Happening::Lost => return Outcome::Verdict(bench.lose()),
        Happening::LostReplaceably => return Outcome::Verdict(bench.lose_replaceably()),
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

pub(super) fn clock(bench: &mut Bench, until: Duration) -> Outcome {
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
