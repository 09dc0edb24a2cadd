//! What the limits propose.

use core::time::Duration;

use super::{Kind, Machine, Outlook, Verdict};
use crate::{Error, policy::Then};

impl Machine {
    /// What the policy says of a failed connection, by what is known of it.
    pub(super) fn then_after(&self, error: &Error) -> Then {
        match (error, &self.policy.retry_statuses) {
            // The same request would end in the same way.
            (Error::EventTooLarge { .. } | Error::InvalidRequest { .. }, _) => Then::Close,
            (Error::Status { status, .. }, Some(again)) if again.contains(status) => Then::Reopen,
            (Error::Status { .. } | Error::ContentType { .. }, Some(_)) => Then::Close,
            _ => self.policy.given_up,
        }
    }

    pub(super) fn propose(
        &self,
        kind: Kind,
        then: Then,
        error: &Error,
        now: Duration,
        random: f64,
    ) -> Verdict {
        if then == Then::Close {
            return Verdict::Close(error.clone());
        }
        if let Some(close) = self.close_if_down_too_long(error, now) {
            return close;
        }
        if kind == Kind::Lost(Outlook::Reconnecting) {
            return Verdict::KeepWaiting;
        }
        if kind == Kind::Lost(Outlook::Replaceable) {
            let after = self.wait_after_haste();
            return Verdict::Reopen { after };
        }
        if !self.repeatable {
            return Verdict::Close(error.clone());
        }
        let after = self.wait(kind, random);
        if !self.backs_off_after(kind) {
            return Verdict::Reopen { after };
        }
        let backoff = &self.policy.backoff;
        match (backoff.max_attempts, backoff.max_elapsed) {
            (Some(0), _) => Verdict::Close(error.clone()),
            (Some(limit), _) if self.reopenings >= limit => {
                Verdict::Close(Error::too_many(limit, error.clone()))
            }
            (_, Some(limit)) if self.down_for(now).saturating_add(after) > limit => {
                Verdict::Close(Error::down_too_long(limit, error.clone()))
            }
            _ => Verdict::Reopen { after },
        }
    }

    fn close_if_down_too_long(&self, error: &Error, now: Duration) -> Option<Verdict> {
        let limit = self.policy.close_when_down_for?;
        let since = self.without_since?;
        (now.saturating_sub(since) >= limit)
            .then(|| Verdict::Close(Error::down_too_long(limit, error.clone())))
    }
}

/// The error to close with at a limit: the one that reached it, or, past the first, one that says how often.
pub(super) fn at_limit(limit: u32, last: &Error) -> Error {
    if limit == 1 {
        last.clone()
    } else {
        Error::too_many(limit, last.clone())
    }
}
