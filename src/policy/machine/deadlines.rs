//! What the clock brings.

use core::time::Duration;

use super::{Kind, Machine, Phase, Trouble};
use crate::{
    Error,
    policy::{Limit, Then},
};

/// How late a timer has to be to tell that nothing ran meanwhile. What was sent in that time may still wait to be read.
const LATE: Duration = Duration::from_secs(1);

/// How long there is to read it before silence counts, once after each sign of life: the timers of hidden pages are
/// always late, and a dead connection is to be noticed there too.
pub(in crate::policy) const GRACE: Duration = Duration::from_secs(2);

/// How late a timer has to be to tell that the page slept. Browsers make those of hidden pages late by up to a minute.
const OVERSLEPT: Duration = Duration::from_secs(90);

/// How often to look whether the page has slept.
const WATCH: Duration = Duration::from_secs(30);

/// What the clock has brought.
#[derive(Debug)]
pub(crate) enum Tick {
    Nothing,
    /// The wait is over: connect.
    Connect,
    Trouble(Trouble),
    /// Closed by a limit on which no rule is asked, since nothing new has gone wrong.
    Close(Error),
}

impl Machine {
    /// When to call [`tick`](Self::tick) next.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        [
            self.waiting_until(),
            self.opening_deadline().map(|(at, _)| at),
            self.idle_deadline().map(|(at, _)| at),
            self.healthy_at(),
            self.down_deadline().map(|(at, _)| at),
            self.watch_at(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Looks at the clock. `late` is by how much the timer that brought us here was late.
    pub(crate) fn tick(&mut self, now: Duration, random: f64, late: Duration) -> Tick {
        self.last_tick = now;
        if late >= OVERSLEPT && self.minds_waking() {
            return Tick::Trouble(self.woken(now, random));
        }
        if self.healthy_at().is_some_and(|at| at <= now) {
            self.forget_failures();
        }
        if let Some((at, limit)) = self.down_deadline()
            && at <= now
        {
            let down = self.down.as_ref();
            let last = down.map_or(Error::OpenTimeout { after: limit }, |down| {
                down.last.clone()
            });
            return Tick::Close(Error::down_too_long(limit, last));
        }
        if self.waiting_until().is_some_and(|at| at <= now) {
            self.enter(Phase::Connecting, now);
            return Tick::Connect;
        }
        if let Some((at, limit)) = self.opening_deadline()
            && at <= now
        {
            return Tick::Trouble(self.timed_out(Kind::SlowOpen, limit, now, random));
        }
        if let Some((at, limit)) = self.idle_deadline()
            && at <= now
        {
            if late >= LATE && self.grace.is_none() {
                self.grace = Some(now.saturating_add(GRACE));
                return Tick::Nothing;
            }
            return Tick::Trouble(self.timed_out(Kind::Idle, limit, now, random));
        }
        Tick::Nothing
    }

    /// The network is back.
    pub(crate) fn online(&mut self, now: Duration, random: f64) -> Tick {
        if let Phase::Waiting { until, not_before } = &mut self.phase {
            *until = (*until).min(*not_before);
            return self.tick(now, random, Duration::ZERO);
        }
        if self.minds_waking() {
            return Tick::Trouble(self.woken(now, random));
        }
        Tick::Nothing
    }

    fn minds_waking(&self) -> bool {
        self.policy.reopen_on_wake && self.repeatable && self.phase == Phase::Open
    }

    fn woken(&mut self, now: Duration, random: f64) -> Trouble {
        self.suspect(Kind::Woken, Error::Suspended, Then::Reopen, now, random)
    }

    fn timed_out(&mut self, kind: Kind, limit: Limit, now: Duration, random: f64) -> Trouble {
        let after = limit.after;
        let error = match kind {
            Kind::Idle => Error::Idle { after },
            _ => Error::OpenTimeout { after },
        };
        self.suspect(kind, error, limit.then, now, random)
    }

    /// The connection is there, but may not be worth keeping.
    fn suspect(
        &mut self,
        kind: Kind,
        error: Error,
        then: Then,
        now: Duration,
        random: f64,
    ) -> Trouble {
        self.fail(&error, now);
        let proposed = self.propose(kind, then, &error, now, random);
        self.trouble(kind, error, proposed, now)
    }

    fn waiting_until(&self) -> Option<Duration> {
        match self.phase {
            Phase::Waiting { until, .. } => Some(until),
            _ => None,
        }
    }

    fn opening_deadline(&self) -> Option<(Duration, Limit)> {
        let limit = self.policy.opening?;
        if limit.then == Then::Reopen && !self.repeatable {
            return None;
        }
        matches!(self.phase, Phase::Connecting | Phase::Reconnecting)
            .then(|| (self.phase_since.saturating_add(limit.after), limit))
    }

    fn idle_deadline(&self) -> Option<(Duration, Limit)> {
        let limit = self.policy.idle?;
        let at = self.last_sign_of_life.saturating_add(limit.after);
        let at = self.grace.map_or(at, |grace| at.max(grace));
        (self.phase == Phase::Open).then_some((at, limit))
    }

    /// When the connection that is open will have proved itself, where there are failures to forget.
    fn healthy_at(&self) -> Option<Duration> {
        (self.phase == Phase::Open && self.down.is_some())
            .then(|| self.phase_since.saturating_add(self.policy.healthy_after))
    }

    fn down_deadline(&self) -> Option<(Duration, Duration)> {
        let limit = self.policy.close_when_down_for?;
        let since = self.without_since?;
        (!matches!(self.phase, Phase::Open | Phase::Closed))
            .then(|| (since.saturating_add(limit), limit))
    }

    fn watch_at(&self) -> Option<Duration> {
        self.minds_waking()
            .then(|| self.last_tick.saturating_add(WATCH))
    }
}
