//! The state machine behind a [`Policy`]: pure, with its clock and its dice handed in.

use std::{rc::Rc, time::Duration};

use super::{Decision, Limit, Policy, Rule, Situation, Then};
use crate::Error;

/// Follows one source. Times are since any fixed moment and never go back.
///
/// Trouble takes three steps, so that a user's [rule](Policy::rule) runs while nothing is borrowed: the machine
/// proposes ([`Trouble`]), the rule judges ([`Trouble::judge`]), the machine [settles](Machine::settle) on the verdict.
#[derive(Debug)]
pub(crate) struct Machine {
    policy: Policy,
    phase: Phase,
    phase_since: Duration,
    last_event: Duration,
    down: Option<Down>,
    failures: u32,
    losses: u32,
    reopenings: u32,
    decode_errors: u32,
}

/// There has been no healthy connection since then.
#[derive(Debug)]
struct Down {
    since: Duration,
    last: Error,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// An attempt of ours is under way.
    Connecting,
    Open,
    /// The transport reconnects by itself.
    Reconnecting,
    /// No connection until then.
    Waiting {
        until: Duration,
    },
    Closed,
}

/// What to do.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    KeepWaiting,
    Reopen { after: Duration },
    Close(Error),
}

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

/// Something has gone wrong, and the limits propose what to do.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) error: Error,
    kind: Kind,
    failures: u32,
    decode_errors: u32,
    down_for: Duration,
    proposed: Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The connection is gone, and the transport makes another.
    Lost,
    /// The connection is gone for good.
    GivenUp,
    SlowOpen,
    Idle,
    Decode,
}

impl Machine {
    /// A source whose first attempt starts now.
    pub(crate) fn new(policy: Policy, now: Duration) -> Self {
        Self {
            policy,
            phase: Phase::Connecting,
            phase_since: now,
            last_event: now,
            down: None,
            failures: 0,
            losses: 0,
            reopenings: 0,
            decode_errors: 0,
        }
    }

    pub(crate) fn rule(&self) -> Option<Rc<Rule>> {
        self.policy.rule.clone()
    }

    /// How many times in a row the connection has failed.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    pub(crate) fn opened(&mut self, now: Duration) {
        if self.phase != Phase::Closed {
            self.enter(Phase::Open, now);
            self.last_event = now;
        }
    }

    /// An event has arrived, whatever is in it. The clock is read only where it matters: a browser's is not cheap.
    pub(crate) fn event(&mut self, now: impl FnOnce() -> Duration) {
        if self.policy.idle.is_some() {
            self.last_event = now();
        }
        self.forget_failures();
    }

    pub(crate) fn decoded(&mut self) {
        self.decode_errors = 0;
    }

    pub(crate) fn decode_failed(&mut self, error: Error, now: Duration) -> Trouble {
        self.decode_errors = self.decode_errors.saturating_add(1);
        let proposed = match self.policy.close_after_decode_errors {
            Some(limit) if self.decode_errors >= limit => Verdict::Close(at_limit(limit, &error)),
            _ => Verdict::KeepWaiting,
        };
        self.trouble(Kind::Decode, error, proposed, now)
    }

    /// The connection is lost or could not be made, and the transport is going to try again by itself.
    pub(crate) fn lost(&mut self, error: Error, now: Duration) -> Trouble {
        self.fail(&error, now);
        self.losses = self.losses.saturating_add(1);
        let proposed = match self.policy.close_after_losses {
            Some(limit) if self.losses >= limit => Verdict::Close(at_limit(limit, &error)),
            _ => self
                .close_if_down_too_long(&error, now)
                .unwrap_or(Verdict::KeepWaiting),
        };
        self.trouble(Kind::Lost, error, proposed, now)
    }

    /// The transport has given up.
    pub(crate) fn given_up(&mut self, error: Error, now: Duration, random: f64) -> Trouble {
        self.fail(&error, now);
        let proposed = self.propose(self.policy.given_up, &error, now, random);
        self.trouble(Kind::GivenUp, error, proposed, now)
    }

    /// When to call [`tick`](Self::tick) next.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        [
            self.waiting_until(),
            self.opening_deadline().map(|(at, _)| at),
            self.idle_deadline().map(|(at, _)| at),
            self.healthy_at(),
            self.down_deadline().map(|(at, ..)| at),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Looks at the clock.
    pub(crate) fn tick(&mut self, now: Duration, random: f64) -> Tick {
        if self.healthy_at().is_some_and(|at| at <= now) {
            self.forget_failures();
        }
        if let Some((at, down, limit)) = self.down_deadline()
            && at <= now
        {
            return Tick::Close(Error::down_too_long(limit, down.last.clone()));
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
            return Tick::Trouble(self.timed_out(Kind::Idle, limit, now, random));
        }
        Tick::Nothing
    }

    /// Does what was decided.
    pub(crate) fn settle(&mut self, trouble: &Trouble, verdict: &Verdict, now: Duration) {
        if self.phase == Phase::Closed {
            return;
        }
        match verdict {
            Verdict::KeepWaiting => match trouble.kind {
                Kind::Lost => self.enter(Phase::Reconnecting, now),
                Kind::SlowOpen => self.phase_since = now,
                Kind::Idle => {
                    self.phase_since = now;
                    self.last_event = now;
                }
                Kind::GivenUp | Kind::Decode => {}
            },
            Verdict::Reopen { after } => {
                self.reopenings = self.reopenings.saturating_add(1);
                if trouble.kind == Kind::Decode {
                    self.fail(&trouble.error, now);
                }
                let until = now.saturating_add(*after);
                self.enter(Phase::Waiting { until }, now);
            }
            Verdict::Close(_) => self.close(),
        }
    }

    /// It is over: nothing follows.
    pub(crate) fn close(&mut self) {
        self.phase = Phase::Closed;
        // What it has captured may lead back to the source.
        self.policy.rule = None;
    }

    fn enter(&mut self, phase: Phase, now: Duration) {
        self.phase = phase;
        self.phase_since = now;
    }

    fn fail(&mut self, error: &Error, now: Duration) {
        self.failures = self.failures.saturating_add(1);
        let since = self.down.as_ref().map_or(now, |down| down.since);
        self.down = Some(Down {
            since,
            last: error.clone(),
        });
    }

    fn forget_failures(&mut self) {
        self.failures = 0;
        self.losses = 0;
        self.reopenings = 0;
        self.down = None;
    }

    fn timed_out(&mut self, kind: Kind, limit: Limit, now: Duration, random: f64) -> Trouble {
        let after = limit.after;
        let error = match kind {
            Kind::Idle => Error::Idle { after },
            _ => Error::OpenTimeout { after },
        };
        self.fail(&error, now);
        let proposed = self.propose(limit.then, &error, now, random);
        self.trouble(kind, error, proposed, now)
    }

    fn propose(&self, then: Then, error: &Error, now: Duration, random: f64) -> Verdict {
        if then == Then::Close {
            return Verdict::Close(error.clone());
        }
        if let Some(close) = self.close_if_down_too_long(error, now) {
            return close;
        }
        let backoff = &self.policy.backoff;
        match backoff.max_attempts {
            Some(0) => return Verdict::Close(error.clone()),
            Some(limit) if self.reopenings >= limit => {
                return Verdict::Close(Error::too_many(limit, error.clone()));
            }
            _ => {}
        }
        let after = backoff.wait(self.reopenings, random);
        match backoff.max_elapsed {
            Some(limit) if self.down_for(now).saturating_add(after) > limit => {
                Verdict::Close(Error::down_too_long(limit, error.clone()))
            }
            _ => Verdict::Reopen { after },
        }
    }

    fn trouble(&self, kind: Kind, error: Error, proposed: Verdict, now: Duration) -> Trouble {
        Trouble {
            error,
            kind,
            failures: self.failures,
            decode_errors: self.decode_errors,
            down_for: self.down_for(now),
            proposed,
        }
    }

    fn down_for(&self, now: Duration) -> Duration {
        self.down
            .as_ref()
            .map_or(Duration::ZERO, |down| now.saturating_sub(down.since))
    }

    fn close_if_down_too_long(&self, error: &Error, now: Duration) -> Option<Verdict> {
        let limit = self.policy.close_when_down_for?;
        (self.down_for(now) >= limit)
            .then(|| Verdict::Close(Error::down_too_long(limit, error.clone())))
    }

    fn waiting_until(&self) -> Option<Duration> {
        match self.phase {
            Phase::Waiting { until } => Some(until),
            _ => None,
        }
    }

    fn opening_deadline(&self) -> Option<(Duration, Limit)> {
        let limit = self.policy.opening?;
        matches!(self.phase, Phase::Connecting | Phase::Reconnecting)
            .then(|| (self.phase_since.saturating_add(limit.after), limit))
    }

    fn idle_deadline(&self) -> Option<(Duration, Limit)> {
        let limit = self.policy.idle?;
        (self.phase == Phase::Open).then(|| (self.last_event.saturating_add(limit.after), limit))
    }

    /// When the connection that is open will have proved itself, where there are failures to forget.
    fn healthy_at(&self) -> Option<Duration> {
        (self.phase == Phase::Open && self.down.is_some())
            .then(|| self.phase_since.saturating_add(self.policy.healthy_after))
    }

    fn down_deadline(&self) -> Option<(Duration, &Down, Duration)> {
        let limit = self.policy.close_when_down_for?;
        let down = self.down.as_ref()?;
        (!matches!(self.phase, Phase::Open | Phase::Closed))
            .then(|| (down.since.saturating_add(limit), down, limit))
    }
}

impl Trouble {
    /// Whether the connection is gone and the transport makes another by itself.
    pub(crate) fn is_a_loss(&self) -> bool {
        self.kind == Kind::Lost
    }

    /// What to do, after the user's rule, where there is one, has had its say.
    pub(crate) fn judge(&self, rule: Option<&Rule>) -> Verdict {
        let Some(rule) = rule else {
            return self.proposed.clone();
        };
        let decision = rule(&Situation {
            error: &self.error,
            failures: self.failures,
            decode_errors: self.decode_errors,
            down_for: self.down_for,
            proposed: self.proposed.decision(),
        });
        match (decision, &self.proposed) {
            (Decision::KeepWaiting, _) if self.kind != Kind::GivenUp => Verdict::KeepWaiting,
            (Decision::Reopen { after }, _) => Verdict::Reopen { after },
            (_, Verdict::Close(error)) => Verdict::Close(error.clone()),
            _ => Verdict::Close(self.error.clone()),
        }
    }
}

impl Verdict {
    fn decision(&self) -> Decision {
        match *self {
            Self::KeepWaiting => Decision::KeepWaiting,
            Self::Reopen { after } => Decision::Reopen { after },
            Self::Close(_) => Decision::Close,
        }
    }
}

/// The error to close with at a limit: the one that reached it, or, past the first, one that says how often.
fn at_limit(limit: u32, last: &Error) -> Error {
    if limit == 1 {
        last.clone()
    } else {
        Error::too_many(limit, last.clone())
    }
}
