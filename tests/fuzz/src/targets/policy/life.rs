//! One source's life: the machine, and beside it what is known of it.

use std::{rc::Rc, time::Duration};

use super::{
    promises::{GRACE, LATE, OVERSLEPT, What},
    space::{Failure, Happening, Settings, Time},
};
use crate::{
    DecodeError, Error, Event,
    event::Provenance,
    policy::{
        Decision,
        machine::{Machine, Outlook, Tick, Trouble, Verdict},
    },
};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Phase {
    Connecting,
    Open,
    Reconnecting,
    Waiting {
        until: Duration,
        not_before: Duration,
    },
    Closed,
}

pub(super) struct Life {
    pub(super) settings: Settings,
    machine: Machine,
    pub(super) now: Duration,
    pub(super) phase: Phase,
    since: Duration,
    sign_of_life: Duration,
    grace: Option<Duration>,
    pub(super) without_since: Option<Duration>,
    pub(super) down_since: Option<Duration>,
    failures: u32,
    pub(super) losses: u32,
    pub(super) reopenings: u32,
    pub(super) decode_errors: u32,
    pub(super) retry: Option<Duration>,
}

impl Life {
    pub(super) fn new(settings: Settings) -> Self {
        let now = Duration::ZERO;
        Self {
            machine: Machine::new(settings.policy(), settings.is_safe, now),
            settings,
            now,
            phase: Phase::Connecting,
            since: now,
            sign_of_life: now,
            grace: None,
            without_since: Some(now),
            down_since: None,
            failures: 0,
            losses: 0,
            reopenings: 0,
            decode_errors: 0,
            retry: None,
        }
    }

    pub(super) fn goes_on(&mut self, happening: Happening) {
        let now = self.now;
        match happening {
            Happening::Opened => self.opened(),
            Happening::Event => {
                self.machine.event(|| now);
                self.forget_failures();
                self.sign_of_life(now);
            }
            Happening::Comment => {
                self.machine.comment(|| now);
                self.sign_of_life(now);
            }
            Happening::Decoded => {
                self.machine.decoded();
                self.decode_errors = 0;
            }
            Happening::Undecodable => {
                self.decode_errors += 1;
                let trouble = self.machine.decode_failed(undecodable(), now);
                self.decide(trouble, What::Undecodable);
            }
            Happening::Retry(Time(time)) => {
                self.machine.retry(time);
                self.retry = Some(time);
            }
            Happening::Lost => self.is_lost(What::Lost, lost(), Outlook::Reconnecting),
            Happening::HungUp => self.is_lost(What::HungUp, lost(), Outlook::Reestablish),
            Happening::Failed(failure, retry_after) => {
                let retry_after = retry_after.map(|Time(time)| time);
                let what = What::Failed(failure, retry_after);
                self.is_lost(what, error_of(failure), Outlook::Failed { retry_after });
            }
            Happening::Online => self.is_online(),
            Happening::Passes(Time(time)) => self.passes(time, Duration::ZERO),
            Happening::Sleeps(Time(time)) => self.passes(time, time),
            Happening::Deadline => {
                if let Some(at) = self.machine.deadline() {
                    self.passes(at.saturating_sub(now), Duration::ZERO);
                }
            }
            Happening::Closes => {
                self.machine.close();
                self.phase = Phase::Closed;
            }
        }
        self.is_sound();
    }

    fn opened(&mut self) {
        self.machine.opened(self.now);
        if self.phase == Phase::Closed {
            return;
        }
        self.enter(Phase::Open);
        self.sign_of_life = self.now;
        self.grace = None;
        if self.down_since.is_none() {
            self.without_since = None;
        }
    }

    fn is_lost(&mut self, what: What, error: Error, outlook: Outlook) {
        if matches!(what, What::Lost | What::HungUp) {
            self.losses += 1;
        }
        self.fails();
        let trouble = self
            .machine
            .lost(error, outlook, self.now, self.settings.random);
        self.decide(trouble, what);
    }

    /// Where it waits, as far as it may, it waits no longer.
    fn is_online(&mut self) {
        let tick = self.machine.online(self.now, self.settings.random);
        if let Phase::Waiting { until, not_before } = &mut self.phase {
            *until = (*until).min(*not_before);
            self.has_ticked(tick, Duration::ZERO, false);
        } else if self.minds_waking() {
            self.has_ticked(tick, Duration::ZERO, true);
        } else {
            assert!(matches!(tick, Tick::Nothing), "{tick:?}");
        }
    }

    /// Time passes, at the end of which the clock is looked at.
    fn passes(&mut self, time: Duration, late: Duration) {
        let deadline = self.machine.deadline();
        self.now = self.now.saturating_add(time);
        let tick = self.machine.tick(self.now, self.settings.random, late);
        if late.is_zero() && deadline.is_none_or(|at| at > self.now) {
            assert!(matches!(tick, Tick::Nothing), "before its time: {tick:?}");
        }
        let woken = late >= OVERSLEPT && self.minds_waking();
        self.has_ticked(tick, late, woken);
    }

    fn has_ticked(&mut self, tick: Tick, late: Duration, woken: bool) {
        let is_healthy = self.phase == Phase::Open
            && self.since.saturating_add(self.settings.healthy_after.0) <= self.now;
        if is_healthy && !woken {
            self.forget_failures();
        }
        match tick {
            Tick::Nothing => self.has_missed_nothing(late),
            Tick::Connect => {
                assert!(matches!(self.phase, Phase::Waiting { until, .. } if until <= self.now));
                self.enter(Phase::Connecting);
            }
            Tick::Close(error) => {
                assert!(matches!(error, Error::DownTooLong { .. }), "{error:?}");
                assert!(self.down_at().is_some_and(|at| at <= self.now));
                self.machine.close();
                self.phase = Phase::Closed;
            }
            Tick::Trouble(trouble) => {
                let what = match trouble.error {
                    Error::Suspended => What::Woken,
                    Error::Idle { .. } => What::Idle,
                    _ => What::SlowOpen,
                };
                match what {
                    What::Woken => assert!(woken),
                    What::Idle => assert!(self.idle_at().is_some_and(|at| at <= self.now)),
                    _ => assert!(self.slow_at().is_some_and(|at| at <= self.now)),
                }
                self.fails();
                self.decide(trouble, what);
            }
        }
    }

    /// Nothing has come of a look at the clock: nothing was due.
    fn has_missed_nothing(&mut self, late: Duration) {
        for due in [self.waiting_until(), self.slow_at(), self.down_at()] {
            assert!(due.is_none_or(|at| at > self.now), "{:?}", self.phase);
        }
        if self.idle_at().is_some_and(|at| at <= self.now) {
            assert!(late >= LATE && self.grace.is_none(), "silent for too long");
            self.grace = Some(self.now.saturating_add(GRACE));
        }
    }

    fn decide(&mut self, trouble: Trouble, what: What) {
        let proposed = trouble.judge(None);
        let waiting = trouble.judge(Some(&|_| Decision::KeepWaiting));
        let rule = self.machine.rule();
        let verdict = trouble.judge(rule.as_deref());
        self.machine.settle(&trouble, &verdict, self.now);
        if self.phase == Phase::Closed {
            return;
        }
        self.keeps_promises(&proposed, what);
        self.obeys(&verdict, &proposed, &waiting, what);
        match verdict {
            Verdict::Close(_) => self.phase = Phase::Closed,
            Verdict::KeepWaiting => match what {
                What::Lost => self.enter(Phase::Reconnecting),
                What::SlowOpen => self.since = self.now,
                What::Idle | What::Woken => {
                    self.since = self.now;
                    self.sign_of_life = self.now;
                }
                _ => {}
            },
            Verdict::Reopen { after } => {
                self.reopenings += u32::from(self.backs_off_after(what));
                if what == What::Undecodable {
                    self.fails();
                }
                let is = |verdict: &Verdict| matches!(verdict, Verdict::Reopen { after: wait } if *wait == after);
                let asked_for = match is(&proposed) || is(&waiting) {
                    true => self.asked_for(what),
                    false => after,
                };
                let not_before = self.now.saturating_add(asked_for);
                let until = self.now.saturating_add(after);
                self.enter(Phase::Waiting { until, not_before });
            }
        }
    }

    /// What can be said at any time.
    fn is_sound(&self) {
        let deadline = self.machine.deadline();
        if self.phase == Phase::Closed {
            assert_eq!(deadline, None, "closed is closed");
            return;
        }
        assert_eq!(self.machine.failures(), self.failures);
        let due = [
            self.waiting_until(),
            self.slow_at(),
            self.down_at(),
            self.idle_at(),
        ];
        for at in due.into_iter().flatten() {
            assert!(deadline.is_some_and(|deadline| deadline <= at), "{due:?}");
        }
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.since = self.now;
    }

    fn fails(&mut self) {
        self.failures += 1;
        self.without_since.get_or_insert(self.now);
        self.down_since.get_or_insert(self.now);
    }

    fn forget_failures(&mut self) {
        self.failures = 0;
        self.losses = 0;
        self.reopenings = 0;
        self.down_since = None;
        self.without_since = None;
    }

    fn sign_of_life(&mut self, now: Duration) {
        self.sign_of_life = now;
        self.grace = None;
    }

    fn minds_waking(&self) -> bool {
        self.settings.reopen_on_wake && self.settings.repeatable() && self.phase == Phase::Open
    }

    fn waiting_until(&self) -> Option<Duration> {
        match self.phase {
            Phase::Waiting { until, .. } => Some(until),
            _ => None,
        }
    }

    fn slow_at(&self) -> Option<Duration> {
        let (Time(after), reopens) = self.settings.opening?;
        let counts = matches!(self.phase, Phase::Connecting | Phase::Reconnecting)
            && (!reopens || self.settings.repeatable());
        counts.then(|| self.since.saturating_add(after))
    }

    fn idle_at(&self) -> Option<Duration> {
        let (Time(after), _) = self.settings.idle?;
        let at = self.sign_of_life.saturating_add(after);
        let at = self.grace.map_or(at, |grace| at.max(grace));
        (self.phase == Phase::Open).then_some(at)
    }

    fn down_at(&self) -> Option<Duration> {
        let Time(limit) = self.settings.close_when_down_for?;
        let since = self.without_since?;
        let counts = !matches!(self.phase, Phase::Open | Phase::Closed);
        counts.then(|| since.saturating_add(limit))
    }
}

fn lost() -> Error {
    Error::ConnectionLost {
        url: String::new(),
        message: None,
    }
}

fn error_of(failure: Failure) -> Error {
    let status = |status| Error::Status {
        url: String::new(),
        status,
        content_type: None,
        body: String::new(),
    };
    match failure {
        Failure::GivenUp => Error::GivenUp { url: String::new() },
        Failure::Unavailable => status(503),
        Failure::Unauthorized => status(401),
        Failure::TooLarge => Error::EventTooLarge { limit: 1 },
    }
}

fn undecodable() -> Error {
    let provenance = Provenance::Known {
        last_event_id: Rc::default(),
        origin: Rc::default(),
    };
    let event = Event::new("x", "e".into(), provenance);
    Error::Decode(DecodeError::new::<u8>(&event, std::fmt::Error))
}
