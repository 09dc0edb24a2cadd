//! The refresh of what a server has refused, such as a token.

use super::{
    AttemptReason, Failure, FailureClass, Output, Phase, Session, State,
    limits::{Action, FailureKind, MIN_DELAY},
    timers::{NEVER, SLEEP_THRESHOLD},
};
use crate::{At, LimitAction, Span, Timestamp};

impl Session {
    /// Whether the user's function can do something about this failure.
    pub(super) fn refreshes_after(&self, class: FailureClass) -> bool {
        let FailureClass::Status(status) = class else {
            return false;
        };
        let statuses = self.policy.refresh_statuses.as_deref();
        self.has_refresh && statuses.map_or(status == 401, |statuses| statuses.contains(&status))
    }

    /// The refusal is no failure as long as the refresh may help.
    pub(super) fn refresh(&mut self, now: Timestamp) {
        self.attempt_failed(Failure::Told);
        let is_told = self.state() == State::Connecting;
        self.enter(Phase::Refreshing { is_refused: true }, now);
        self.push(Output::Disconnect);
        if !is_told {
            self.push_state();
        }
        self.push(Output::Refresh);
    }

    /// The connection would be refused as that of the source was that has asked for the refresh.
    pub(super) fn wait_for_refresh(&mut self) {
        if matches!(self.phase, Phase::Connecting) {
            self.attempts.postpone();
            self.phase = Phase::Refreshing { is_refused: false };
        }
    }

    pub(super) fn refreshed(&mut self, now: Timestamp) {
        if let Phase::Refreshing { is_refused } = self.phase {
            self.has_refreshed |= is_refused;
            // Nothing was done but to refuse the request, and the user's function is the word that it be sent again.
            self.may_send_unsafe |= is_refused;
            if is_refused {
                self.attempts.set_next_reason(AttemptReason::Refreshed);
            }
            self.attempts.start(now);
            self.enter(Phase::Connecting, now);
            self.push(Output::Connect);
        }
    }

    pub(super) fn refresh_failed(&mut self, failure: Failure, at: At) {
        if !matches!(self.phase, Phase::Refreshing { .. }) {
            return;
        }
        self.fail(at.now);
        // Without a network nothing can be refreshed. It is tried again when there is one.
        let proposed = match self.is_offline {
            true => self.propose(FailureKind::Refresh, LimitAction::Reopen, at),
            false => Action::Close(None),
        };
        self.decide(failure, FailureKind::Refresh, proposed, at);
    }

    pub(super) fn refresh_timed_out(&mut self, late: Span, at: At) {
        if late >= SLEEP_THRESHOLD {
            // The user's function has slept too.
            self.phase_since = at.now;
            return;
        }
        self.time_limit = self.policy.refresh_timeout;
        self.refresh_failed(Failure::RefreshTimeout, at);
    }

    pub(super) fn refresh_deadline(&self) -> Timestamp {
        match self.phase {
            Phase::Refreshing { .. } => {
                self.phase_since + self.policy.refresh_timeout.max(MIN_DELAY)
            }
            _ => NEVER,
        }
    }
}
