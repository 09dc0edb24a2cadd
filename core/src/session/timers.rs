//! Deadlines, and the coming and going of the network.

use core::mem;

use super::{
    CloseReason, Failure, LimitReached, Output, Phase, Session,
    limits::{FailureKind, MIN_DELAY},
};
use crate::{At, LimitAction, Span, Timestamp};

/// How late a timer has to be to show that no code ran in the meantime. Data that arrived then may still be unread.
const LATE_TIMER_THRESHOLD: Span = Span::from_secs(1);

/// How long there is to read it before silence counts. It is granted once after each activity: the timers of hidden
/// pages are always late, and a dead connection has to be noticed there too.
pub(super) const GRACE: Span = Span::from_secs(2);

/// How late a timer has to be to show that the page slept. Browsers delay the timers of hidden pages by up to a minute.
pub(super) const SLEEP_THRESHOLD: Span = Span::from_secs(90);

/// The deadline of a timer that is not set.
pub(super) const NEVER: Timestamp = Timestamp::from_origin(Span::MAX);

/// How often to check whether the page has slept.
const SLEEP_CHECK_INTERVAL: Span = Span::from_secs(30);

impl Session {
    /// When to pass [`Input::Timeout`](super::Input::Timeout). To pass it earlier, or too often, does no harm. `None`
    /// if only another input can change anything. A deadline in 584 years counts as none.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Timestamp> {
        let earliest = self
            .waiting_until()
            .min(self.opening_deadline())
            .min(self.idle_deadline())
            .min(self.healthy_at())
            .min(self.down_deadline())
            .min(self.hidden_deadline())
            .min(self.sleep_check_at())
            .min(self.refresh_deadline())
            .min(self.renewal_at());
        (earliest < NEVER).then_some(earliest)
    }

    pub(super) fn timeout(&mut self, late: Span, at: At) {
        let now = at.now;
        self.last_timeout = now;
        if self.pause_if_hidden_too_long(now) {
            return;
        }
        if late >= SLEEP_THRESHOLD && self.may_have_died_asleep(now) {
            return self.suspend(at);
        }
        let is_due = |deadline: Timestamp| deadline < NEVER && deadline <= now;
        if is_due(self.healthy_at()) {
            self.forget_failures();
        }
        if let Some(limit) = self.policy.close_when_down_for
            && is_due(self.down_deadline())
        {
            let failure = match self.down_since {
                Some(_) => Failure::Earlier,
                None => Failure::OpenTimeout,
            };
            self.time_limit = limit;
            self.attempt_failed(failure);
            // No rule is asked, since nothing new has gone wrong.
            self.close(CloseReason::Failed {
                failure,
                limit: Some(LimitReached::DownTooLong { limit }),
            });
        } else if is_due(self.waiting_until()) {
            self.connect(now);
        } else if let Some(limit) = self.policy.on_slow_open
            && is_due(self.opening_deadline())
        {
            self.time_limit = limit.after;
            self.suspect(Failure::OpenTimeout, FailureKind::SlowOpen, limit.then, at);
        } else if let Some(limit) = self.policy.on_idle
            && is_due(self.idle_deadline())
        {
            if late >= LATE_TIMER_THRESHOLD && self.idle_grace_until.is_none() {
                self.idle_grace_until = Some(now + GRACE);
            } else {
                self.time_limit = limit.after;
                self.suspect(Failure::Idle, FailureKind::Idle, limit.then, at);
            }
        } else if is_due(self.refresh_deadline()) {
            self.refresh_timed_out(late, at);
        } else if is_due(self.renewal_at()) {
            self.renew(now);
        }
    }

    pub(super) fn connect(&mut self, now: Timestamp) {
        let is_told = matches!(self.phase, Phase::Postponed(_) | Phase::Connecting);
        if matches!(self.phase, Phase::Postponed(_)) {
            self.note_hurry(now);
        }
        self.attempts.start(now);
        self.enter(Phase::Connecting, now);
        if !is_told {
            self.push_state();
        }
        self.push(Output::Connect);
    }

    pub(super) fn online(&mut self, at: At) {
        self.offline_for = self.time_offline(at.now);
        self.offline_since = None;
        let was_offline = mem::take(&mut self.is_offline);
        self.ignores_offline = false;
        if !matches!(self.phase, Phase::Waiting { .. }) {
            if self.reopens_on_wake() {
                self.suspend(at);
            } else if was_offline && matches!(self.phase, Phase::Reconnecting { .. }) {
                self.phase_since = at.now;
                self.push_state();
            }
            return;
        }
        self.shorten_wait(was_offline, at);
    }

    /// Ends a wait of the backoff, but not one that the server, the reconnection time or a rule asked for.
    pub(super) fn shorten_wait(&mut self, is_news: bool, at: At) {
        let Phase::Waiting {
            until, not_before, ..
        } = &mut self.phase
        else {
            return;
        };
        let earliest = (*until).min(*not_before);
        let is_shortened = mem::replace(until, earliest) > earliest;
        if self.pause_if_hidden_too_long(at.now) {
            return;
        }
        if earliest > at.now && (is_news || is_shortened) {
            self.phase_since = at.now;
            self.push_state();
        }
        self.timeout(Span::ZERO, at);
    }

    pub(super) fn offline(&mut self, now: Timestamp) {
        if self.ignores_offline {
            return;
        }
        self.offline_since.get_or_insert(now);
        if mem::replace(&mut self.is_offline, true) {
            return;
        }
        match self.phase {
            // We then connect at once when the network is back, while the browser might still be waiting.
            Phase::Reconnecting { attempt } if self.may_replace_browser() => {
                self.phase = Phase::Waiting {
                    attempt,
                    until: now,
                    not_before: now,
                };
                self.push(Output::Disconnect);
            }
            Phase::Reconnecting { .. } | Phase::Waiting { .. } => {}
            Phase::Connecting
            | Phase::Postponed(_)
            | Phase::Refreshing { .. }
            | Phase::Open
            | Phase::Paused { .. }
            | Phase::Relayed(_)
            | Phase::Closed => return,
        }
        self.phase_since = now;
        self.push_state();
    }

    /// How long the machine has been offline since the connection first failed.
    pub(super) fn time_offline(&self, now: Timestamp) -> Span {
        let until_now = match (self.offline_since, self.down_since) {
            (Some(offline), Some(down)) => now.since(offline.max(down)),
            _ => Span::ZERO,
        };
        self.offline_for + until_now
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open)
    }

    pub(super) fn reopens_on_wake(&self) -> bool {
        let has_connection = matches!(self.phase, Phase::Open | Phase::Connecting);
        self.policy.reopen_on_wake && self.costs_nothing() && has_connection
    }

    /// Whether the attempt in hand can be given up on a suspicion: its request may be made again, or was not made yet.
    pub(super) fn costs_nothing(&self) -> bool {
        self.is_repeatable || self.is_asking
    }

    pub(super) fn suspend(&mut self, at: At) {
        self.suspect(
            Failure::Suspended,
            FailureKind::Woken,
            LimitAction::Reopen,
            at,
        );
    }

    /// A wait has no end while the machine is offline: attempts would be in vain, and count.
    fn waiting_until(&self) -> Timestamp {
        match self.phase {
            Phase::Waiting { until, .. } if !self.is_offline => until,
            Phase::Postponed(until) => until,
            _ => NEVER,
        }
    }

    fn opening_deadline(&self) -> Timestamp {
        let counts = match self.phase {
            Phase::Connecting => true,
            Phase::Reconnecting { .. } => !self.is_offline,
            _ => false,
        };
        match self.policy.on_slow_open {
            Some(limit)
                if counts
                    && !self.has_told_limit
                    && (self.costs_nothing() || limit.then == LimitAction::Close) =>
            {
                self.phase_since + limit.after.max(MIN_DELAY)
            }
            _ => NEVER,
        }
    }

    /// What the server sent while nothing was read has yet to be read.
    pub(super) fn read_on(&mut self, now: Timestamp) {
        self.is_held_back = false;
        if self.is_open() {
            self.note_activity(|| now);
        }
    }

    fn idle_deadline(&self) -> Timestamp {
        match self.policy.on_idle {
            Some(limit) if self.is_open() && !self.has_told_limit && !self.is_held_back => {
                let at = self.last_activity + limit.after.max(MIN_DELAY);
                self.idle_grace_until.map_or(at, |until| at.max(until))
            }
            _ => NEVER,
        }
    }

    /// When the open connection counts as healthy, if there are failures to forget.
    fn healthy_at(&self) -> Timestamp {
        if self.is_open() && self.down_since.is_some() {
            self.phase_since + self.policy.healthy_after
        } else {
            NEVER
        }
    }

    fn down_deadline(&self) -> Timestamp {
        match (self.policy.close_when_down_for, self.unhealthy_since) {
            (Some(limit), Some(since))
                if !matches!(
                    self.phase,
                    Phase::Open | Phase::Paused { .. } | Phase::Closed
                ) =>
            {
                since + limit
            }
            _ => NEVER,
        }
    }

    fn sleep_check_at(&self) -> Timestamp {
        if self.reopens_on_wake() {
            self.last_timeout + SLEEP_CHECK_INTERVAL
        } else {
            NEVER
        }
    }
}
