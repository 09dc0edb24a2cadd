//! The state machine behind a [`Policy`]: pure, with its clock and its dice handed in.

pub(super) mod deadlines;
mod limits;
mod trouble;
pub(super) mod waits;

use alloc::rc::Rc;
use core::time::Duration;

pub(crate) use deadlines::Tick;
pub(crate) use trouble::{Outlook, Trouble, Verdict};

use super::{OwnRule, Policy, Rule, Then};
use crate::Error;
use limits::at_limit;
use trouble::Kind;

/// Follows one source. Times are since any fixed moment and never go back.
///
/// Trouble takes three steps, so that a user's [rule](Policy::rule) runs while nothing is borrowed: the machine
/// proposes ([`Trouble`]), the rule judges ([`Trouble::judge`]), the machine [settles](Machine::settle) on the verdict.
#[derive(Debug)]
pub(crate) struct Machine {
    policy: Policy,
    /// Whether the request may be made more than once.
    repeatable: bool,
    phase: Phase,
    phase_since: Duration,
    last_sign_of_life: Duration,
    /// Until when silence is excused, since nothing could be read; once after each sign of life.
    grace: Option<Duration>,
    last_tick: Duration,
    down: Option<Down>,
    /// Since when there has been no healthy connection: at first since the source was made, else as `down` says.
    without_since: Option<Duration>,
    /// What the server's `retry` field says.
    retry: Option<Duration>,
    failures: u32,
    losses: u32,
    last_loss: Option<Duration>,
    reopenings: u32,
    decode_errors: u32,
}

/// The connection failed then, and has not been healthy since.
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
    /// No connection until then; where there is reason to hope, not before what the server or a rule asked for is over.
    Waiting {
        until: Duration,
        not_before: Duration,
    },
    Closed,
}

impl Machine {
    /// A source whose first attempt starts now.
    pub(crate) fn new(policy: Policy, repeatable: bool, now: Duration) -> Self {
        Self {
            repeatable: repeatable || policy.resend,
            policy,
            phase: Phase::Connecting,
            phase_since: now,
            last_sign_of_life: now,
            grace: None,
            last_tick: now,
            down: None,
            without_since: Some(now),
            retry: None,
            failures: 0,
            losses: 0,
            last_loss: None,
            reopenings: 0,
            decode_errors: 0,
        }
    }

    pub(crate) fn rule(&self) -> Option<Rc<Rule>> {
        self.policy.rule.as_ref().map(|rule| Rc::clone(&rule.0))
    }

    /// How many times in a row the connection has failed.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    pub(crate) fn opened(&mut self, now: Duration) {
        if self.phase != Phase::Closed {
            self.enter(Phase::Open, now);
            self.sign_of_life(now);
            self.last_tick = now;
            if self.down.is_none() {
                self.without_since = None;
            }
        }
    }

    /// An event has arrived, whatever is in it.
    pub(crate) fn event(&mut self, now: impl FnOnce() -> Duration) {
        self.comment(now);
        self.forget_failures();
    }

    /// A comment has arrived. The clock is read only where it matters: a browser's is not cheap.
    pub(crate) fn comment(&mut self, now: impl FnOnce() -> Duration) {
        if self.policy.idle.is_some() {
            self.sign_of_life(now());
        }
    }

    fn sign_of_life(&mut self, now: Duration) {
        self.last_sign_of_life = now;
        self.grace = None;
    }

    /// The server has set the reconnection time.
    pub(crate) fn retry(&mut self, time: Duration) {
        self.retry = Some(time);
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

    /// The connection is lost, or could not be made.
    pub(crate) fn lost(
        &mut self,
        error: Error,
        outlook: Outlook,
        now: Duration,
        random: f64,
    ) -> Trouble {
        self.fail(&error, now);
        let outlook = self.count_loss(outlook, now);
        let kind = Kind::Lost(outlook);
        let proposed = match outlook {
            Outlook::Failed { .. } => {
                self.propose(kind, self.then_after(&error), &error, now, random)
            }
            Outlook::Reconnecting | Outlook::Replaceable | Outlook::Reestablish => {
                match self.policy.close_after_losses {
                    Some(limit) if self.losses >= limit => Verdict::Close(at_limit(limit, &error)),
                    _ => self.propose(kind, Then::Reopen, &error, now, random),
                }
            }
        };
        let keep_waiting = match outlook {
            Outlook::Reconnecting | Outlook::Replaceable => Verdict::KeepWaiting,
            Outlook::Reestablish if self.repeatable => {
                let after = self.wait(kind, random);
                Verdict::Reopen { after }
            }
            _ => proposed.or_close(&error),
        };
        Trouble {
            keep_waiting,
            ..self.trouble(kind, error, proposed, now)
        }
    }

    /// Counts a loss, and tells whether the transport may go on by itself.
    fn count_loss(&mut self, outlook: Outlook, now: Duration) -> Outlook {
        if matches!(outlook, Outlook::Failed { .. }) {
            return outlook;
        }
        self.losses = self.losses.saturating_add(1);
        let last = self.last_loss.replace(now);
        match outlook {
            Outlook::Replaceable if !self.is_hasty(last, now) => Outlook::Reconnecting,
            other => other,
        }
    }

    /// Does what was decided.
    pub(crate) fn settle(&mut self, trouble: &Trouble, verdict: &Verdict, now: Duration) {
        if self.phase == Phase::Closed {
            return;
        }
        match verdict {
            Verdict::KeepWaiting => match trouble.kind {
                Kind::Lost(_) => self.enter(Phase::Reconnecting, now),
                Kind::SlowOpen => self.phase_since = now,
                Kind::Idle | Kind::Woken => {
                    self.phase_since = now;
                    self.last_sign_of_life = now;
                }
                Kind::Decode => {}
            },
            Verdict::Reopen { after } => {
                if self.backs_off_after(trouble.kind) {
                    self.reopenings = self.reopenings.saturating_add(1);
                }
                if trouble.kind == Kind::Decode {
                    self.fail(&trouble.error, now);
                }
                let least = if trouble.has_own_wait(*after) {
                    self.least_wait(trouble.kind)
                } else {
                    *after
                };
                let not_before = now.saturating_add(least);
                let until = now.saturating_add(*after);
                self.enter(Phase::Waiting { until, not_before }, now);
            }
            Verdict::Close(_) => self.phase = Phase::Closed,
        }
    }

    /// It is over: nothing follows. What the rule has captured may lead back to the source, and whoever closes lets go
    /// of it.
    pub(crate) fn close(&mut self) -> Option<OwnRule> {
        self.phase = Phase::Closed;
        self.policy.rule.take()
    }

    fn enter(&mut self, phase: Phase, now: Duration) {
        self.phase = phase;
        self.phase_since = now;
    }

    fn fail(&mut self, error: &Error, now: Duration) {
        self.failures = self.failures.saturating_add(1);
        self.without_since.get_or_insert(now);
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
        self.without_since = None;
    }

    fn trouble(&self, kind: Kind, error: Error, proposed: Verdict, now: Duration) -> Trouble {
        Trouble {
            error,
            kind,
            failures: self.failures,
            decode_errors: self.decode_errors,
            down_for: self.down_for(now),
            proposed,
            keep_waiting: Verdict::KeepWaiting,
        }
    }

    fn down_for(&self, now: Duration) -> Duration {
        self.down
            .as_ref()
            .map_or(Duration::ZERO, |down| now.saturating_sub(down.since))
    }
}
