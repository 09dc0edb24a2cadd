//! How an attempt becomes a connection.

use core::mem;

use super::{AttemptOutcome, CloseReason, Failure, Phase, Session};
use crate::Timestamp;

impl Session {
    /// The request of this attempt is known, and not sent yet.
    pub(super) fn requested(&mut self, is_safe: bool) {
        if !mem::take(&mut self.is_asking) {
            return;
        }
        self.is_safe = is_safe;
        self.is_repeatable = is_safe || self.policy.resend;
        self.has_sent_unsafe |= !is_safe;
        let may_go_on = self.policy.resend || !self.has_sent_unsafe;
        // That a request may be sent again is said of the next one alone.
        let may_send_unsafe = mem::replace(&mut self.may_send_unsafe, may_go_on);
        if !is_safe && !may_send_unsafe {
            self.close(CloseReason::Failed {
                failure: Failure::Earlier,
                limit: None,
            });
        }
    }

    pub(super) fn opened(&mut self, now: Timestamp) {
        if !self.renewal.is_under_way {
            self.attempt_ended(AttemptOutcome::Opened, None);
        }
        // If a connection opens while the machine is reported offline, that report is wrong, and ignored until the
        // next.
        self.ignores_offline |= mem::take(&mut self.is_offline);
        self.offline_since = None;
        self.has_refreshed = false;
        self.renewal.forget_expiry();
        self.enter(Phase::Open, now);
        self.note_activity(|| now);
        self.last_timeout = now;
        if self.down_since.is_none() {
            self.unhealthy_since = None;
        }
        self.ids.connected();
        self.push_state();
    }

    pub(super) fn enter(&mut self, phase: Phase, now: Timestamp) {
        self.phase = phase;
        self.phase_since = now;
        self.has_told_limit = false;
    }
}
