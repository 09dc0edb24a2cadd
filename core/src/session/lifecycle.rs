//! What users and pages do to a source: pause, resume and reconnect it, hide it, and wake it.

use super::{AttemptOutcome, AttemptReason, Output, Phase, Session, timers::NEVER};
use crate::{At, Span, Timestamp};

/// At most one attempt in this time is made because the user or the page asks for one at once: an app may ask at each `focus`. An
/// attempt that is not older than this is as good as a new one.
const HURRY_INTERVAL: Span = Span::from_millis(500);

impl Session {
    pub(super) fn reconnect(&mut self, now: Timestamp) {
        match self.phase {
            Phase::Connecting if self.is_attempt_new(now) => return,
            // The attempt follows the refresh.
            Phase::Refreshing { .. } => return,
            Phase::Postponed(_) | Phase::Relayed(_) | Phase::Closed => return,
            // The attempt has to wait for the network.
            Phase::Waiting { .. } | Phase::Reconnecting { .. } if self.is_offline => return,
            Phase::Paused { .. } => return self.resume(now),
            Phase::Waiting { .. } => {}
            Phase::Connecting | Phase::Open | Phase::Reconnecting { .. } => {
                self.attempt_ended(AttemptOutcome::Aborted, None);
                self.push(Output::Disconnect);
            }
        }
        self.may_send_unsafe = true;
        self.attempts.set_next_reason(AttemptReason::Reconnect);
        self.hurry(now);
    }

    pub(super) fn pause(&mut self, until_visible: bool, now: Timestamp) {
        let is_paused = match self.phase {
            Phase::Paused {
                until_visible: by_page,
            } => Some(by_page),
            _ => None,
        };
        let until_visible = until_visible && is_paused.unwrap_or(true);
        self.enter(Phase::Paused { until_visible }, now);
        if is_paused.is_none() {
            self.attempt_ended(AttemptOutcome::Aborted, None);
            self.push(Output::Disconnect);
            self.push_state();
        }
    }

    pub(super) fn resume(&mut self, now: Timestamp) {
        if self.is_paused() {
            self.may_send_unsafe = true;
            self.end_pause(now);
        }
    }

    /// Earlier failures are forgotten, as far as an event would make them forgotten.
    fn end_pause(&mut self, now: Timestamp) {
        self.forget_failures();
        // A user who resumes the source of a hidden page wants it for as long again.
        self.hidden_since = self.hidden_since.map(|_| now);
        self.attempts.set_next_reason(AttemptReason::Resumed);
        self.hurry(now);
    }

    pub(super) fn hidden(&mut self, now: Timestamp) {
        if self.policy.pause_when_hidden.is_some() {
            self.hidden_since.get_or_insert(now);
        }
    }

    pub(super) fn visible(&mut self, now: Timestamp) {
        self.hidden_since = None;
        if let Phase::Paused {
            until_visible: true,
        } = self.phase
        {
            self.end_pause(now);
        }
    }

    pub(super) fn woken(&mut self, at: At) {
        if self.is_offline {
            return;
        }
        if self.pause_if_hidden_too_long(at.now) {
            return;
        }
        match self.phase {
            Phase::Waiting { .. } => self.shorten_wait(false, at),
            // The browser goes on with its wait, which has stood still.
            Phase::Reconnecting { .. } if self.may_replace_browser() => {
                self.attempts.set_next_reason(AttemptReason::Woken);
                self.push(Output::Disconnect);
                self.hurry(at.now);
            }
            _ if self.may_have_died_asleep(at.now) => self.suspend(at),
            _ => {}
        }
    }

    /// When a hidden page pauses the source.
    pub(super) fn hidden_deadline(&self) -> Timestamp {
        match (self.hidden_since, self.policy.pause_when_hidden) {
            (Some(since), Some(after))
                if self.has_nothing_to_lose() && !self.is_paused() && !self.is_closed() =>
            {
                since + after
            }
            _ => NEVER,
        }
    }

    /// Whether a pause costs nothing: there is no request in hand, or it can be made again.
    fn has_nothing_to_lose(&self) -> bool {
        let is_idle = self.asks_request && matches!(self.phase, Phase::Waiting { .. });
        self.costs_nothing() || is_idle
    }

    /// Returns whether the source is paused now.
    pub(super) fn pause_if_hidden_too_long(&mut self, now: Timestamp) -> bool {
        let deadline = self.hidden_deadline();
        let is_due = deadline < NEVER && deadline <= now;
        if is_due {
            self.pause(true, now);
        }
        is_due
    }

    pub(super) fn is_paused(&self) -> bool {
        matches!(self.phase, Phase::Paused { .. })
    }

    /// Connects at once, as far as the last time was long enough ago and there is a network.
    fn hurry(&mut self, now: Timestamp) {
        self.unhealthy_since.get_or_insert(now);
        if self.is_offline {
            let phase = Phase::Waiting {
                attempt: self.failures.max(1),
                until: now,
                not_before: now,
            };
            self.enter(phase, now);
            return self.push_state();
        }
        let due = self.may_hurry_at.max(now);
        if due == now {
            self.note_hurry(now);
            return self.connect(now);
        }
        self.enter(Phase::Postponed(due), now);
        self.push_state();
    }

    /// An attempt is made that was asked for. One that is given up before it is made delays no other.
    pub(super) fn note_hurry(&mut self, now: Timestamp) {
        self.may_hurry_at = now + HURRY_INTERVAL;
    }

    /// Whether there is a connection from before the page slept. A page is told several times that it has woken: its timers are
    /// late, too.
    pub(super) fn may_have_died_asleep(&self, now: Timestamp) -> bool {
        let is_newer = matches!(self.phase, Phase::Connecting) && self.is_attempt_new(now);
        self.reopens_on_wake() && !is_newer
    }

    fn is_attempt_new(&self, now: Timestamp) -> bool {
        now.since(self.phase_since) < HURRY_INTERVAL
    }
}
