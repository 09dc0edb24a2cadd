//! The policy's promises: each knob by example, and the whole space by property.

use std::time::Duration;

use proptest::prelude::*;

use super::{
    machine::{Machine, Tick, Trouble, Verdict},
    *,
};

/// A machine whose clock and dice the test holds.
struct Bench {
    machine: Machine,
    now: Duration,
    random: f64,
}

impl Bench {
    fn new(policy: Policy) -> Self {
        Self {
            machine: Machine::new(policy, Duration::ZERO),
            now: Duration::ZERO,
            random: 0.5,
        }
    }

    fn advance(&mut self, by: Duration) -> &mut Self {
        self.now += by;
        self
    }

    fn open(&mut self) -> &mut Self {
        self.machine.opened(self.now);
        self
    }

    fn event(&mut self) -> &mut Self {
        self.machine.event(|| self.now);
        self
    }

    fn lose(&mut self) -> Verdict {
        let trouble = self.machine.lost(lost(), self.now);
        self.settle(&trouble)
    }

    fn give_up(&mut self) -> Verdict {
        let trouble = self.machine.given_up(given_up(), self.now, self.random);
        self.settle(&trouble)
    }

    fn undecodable(&mut self) -> Verdict {
        let trouble = self.machine.decode_failed(undecodable(), self.now);
        self.settle(&trouble)
    }

    fn settle(&mut self, trouble: &Trouble) -> Verdict {
        let rule = self.machine.rule();
        let verdict = trouble.judge(rule.as_deref());
        self.machine.settle(trouble, &verdict, self.now);
        verdict
    }

    fn tick(&mut self) -> Tick {
        self.machine.tick(self.now, self.random)
    }

    /// Lets time pass up to the machine's next deadline.
    fn next_tick(&mut self) -> Tick {
        self.now = self.machine.deadline().expect("a deadline");
        self.tick()
    }

    /// Fails, waits for its turn, and connects again.
    fn fail_and_connect(&mut self) {
        assert!(matches!(self.give_up(), Verdict::Reopen { .. }));
        assert!(matches!(self.next_tick(), Tick::Connect));
    }
}

fn lost() -> Error {
    Error::ConnectionLost { url: "/".into() }
}

fn given_up() -> Error {
    Error::GivenUp { url: "/".into() }
}

fn undecodable() -> Error {
    let event = crate::Event::new(
        "x",
        "e".into(),
        std::rc::Rc::new(crate::event::Known::default()),
    );
    Error::Decode(crate::DecodeError::new::<u8>(&event, std::fmt::Error))
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn fixed(wait: Duration) -> Backoff {
    Backoff::new().initial(wait).max(wait).jitter(false)
}

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
        backoff in any_backoff(),
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
            backoff,
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
    Lost,
    GivenUp,
    Time(Duration),
    Deadline,
    Closed,
}

fn any_happening() -> impl Strategy<Value = Happening> {
    use Happening::*;
    prop_oneof![
        8 => prop_oneof![Just(Opened), Just(Event), Just(Decoded), Just(Undecodable), Just(Lost), Just(GivenUp)],
        4 => prop_oneof![(0u64..60_000).prop_map(|ms| Time(Duration::from_millis(ms))), Just(Deadline)],
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
        Happening::Lost => return Outcome::Verdict(bench.lose()),
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
    match bench.tick() {
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
