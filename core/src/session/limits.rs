//! What to do about a failure by the limits of a policy, and how long to wait.

use super::{
    AttemptOutcome, AttemptReason, CloseReason, Decision, EndOfBody, Failure, FailureClass,
    FailureContext, LimitReached, Loss, Output, Phase, Report, Session,
};
use crate::{At, LimitAction, Span, Timestamp};

/// The reconnection time if neither the server nor the policy sets one.
const RECONNECTION_TIME: Span = Span::from_secs(3);

/// No wait is shorter: at most 100 attempts a second, even if the server sends `retry: 0`, an event, and hangs up.
pub(super) const MIN_DELAY: Span = Span::from_millis(10);

/// Up to this many losses in a row, the waits are as short as the server likes, down to [`MIN_DELAY`].
pub(super) const LOSSES_BEFORE_LONGER_DELAY: u32 = 3;

/// After more losses in a row, no wait is shorter: at most one attempt a second if none brings anything.
pub(super) const MIN_DELAY_AFTER_REPEATED_LOSSES: Span = Span::from_secs(1);

/// The kind of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailureKind {
    /// The browser reconnects.
    BrowserReconnects,
    /// The browser reconnects too soon, or in vain, and we can connect in its place without missing anything.
    BrowserReplaced,
    /// The connection is to be made again.
    Reestablish,
    /// The response has ended, and no event is cut by that.
    BodyEnded,
    /// The server has answered with a status that is no success.
    Refused,
    /// The connection failed for good.
    Failed,
    SlowOpen,
    Idle,
    Woken,
    /// What the server has refused could not be refreshed.
    Refresh,
    Decode,
}

/// What to do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    KeepWaiting,
    Reopen { after: Span },
    Close(Option<LimitReached>),
}

/// A failure that waits for a decision.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    pub(super) failure: Failure,
    pub(super) kind: FailureKind,
    proposed: Action,
    random: f64,
}

impl Action {
    fn decision(self) -> Decision {
        match self {
            Self::KeepWaiting => Decision::KeepWaiting,
            Self::Reopen { after } => Decision::Reopen {
                after: after.into(),
            },
            Self::Close(_) => Decision::Close,
        }
    }

    /// This action if it closes, or else to close without a limit.
    fn or_close(self) -> Self {
        match self {
            Self::Close(limit) => Self::Close(limit),
            Self::KeepWaiting | Self::Reopen { .. } => Self::Close(None),
        }
    }
}

impl Session {
    pub(super) fn lost(&mut self, failure: Failure, loss: Loss, at: At) {
        self.attempts.note_loss(loss);
        if self.is_offline
            && matches!(loss, Loss::BrowserReconnects)
            && matches!(self.phase, Phase::Reconnecting { .. })
        {
            // The browser's own attempts are in vain.
            return self.browsers_attempt_ended(failure);
        }
        let (class, retry_after) = match loss {
            // Only another source can have the URL that the function answers with.
            Loss::BrowserReconnects if !self.asks_request => {
                return self.connection_failed(failure, FailureKind::BrowserReconnects, at);
            }
            Loss::BrowserReconnects | Loss::Reestablish => {
                return self.connection_failed(failure, FailureKind::Reestablish, at);
            }
            Loss::Fail { class, retry_after } => (class, retry_after),
        };
        let is_refreshed = self.refreshes_after(class);
        if is_refreshed && !self.has_refreshed {
            return self.refresh(at.now);
        }
        self.retry_after = retry_after.unwrap_or_default();
        self.fail(at.now);
        let kind = match class {
            FailureClass::Status(_) => FailureKind::Refused,
            _ => FailureKind::Failed,
        };
        // What is refused once more would go on being refused.
        let then = match is_refreshed {
            true => LimitAction::Close,
            false => self.action_after(class),
        };
        let proposed = self.propose(kind, then, at);
        self.decide(failure, kind, proposed, at);
    }

    /// There was a connection, or the standard makes it again.
    pub(super) fn connection_failed(&mut self, failure: Failure, kind: FailureKind, at: At) {
        self.fail(at.now);
        self.losses = self.losses.saturating_add(1);
        let last = self.last_loss.replace(at.now);
        let replaces_browser = kind == FailureKind::BrowserReconnects
            && self.may_replace_browser()
            && (self.is_offline || self.is_too_fast(last, at.now));
        let kind = if replaces_browser {
            FailureKind::BrowserReplaced
        } else {
            kind
        };
        let proposed = match self.policy.close_after_losses {
            Some(limit) if self.losses >= limit => Action::Close(at_limit(limit)),
            _ => self.propose(kind, LimitAction::Reopen, at),
        };
        self.decide(failure, kind, proposed, at);
    }

    /// Whether we can connect in place of the browser. Only it can send the last event id as a header.
    pub(super) fn may_replace_browser(&self) -> bool {
        self.has_resume_parameter || self.last_event_id.is_empty()
    }

    /// Whether the browser reconnected sooner than our minimum delay, judged by the time since its last loss. Chromium
    /// has no minimum.
    fn is_too_fast(&self, last_loss: Option<Timestamp>, now: Timestamp) -> bool {
        last_loss.is_some_and(|last| now.since(last) < self.min_delay_without_backoff())
    }

    pub(super) fn decode_failed(&mut self, at: At) {
        if matches!(self.closing, Some(CloseReason::Failed { .. })) {
            // The event by which the server says what went wrong closes the source, whether or not it decodes.
            return self.report(Failure::Told, None);
        }
        self.decode_errors = self.decode_errors.saturating_add(1);
        let proposed = match self.policy.close_after_decode_errors {
            Some(limit) if self.decode_errors >= limit => Action::Close(at_limit(limit)),
            _ => Action::KeepWaiting,
        };
        self.decide(Failure::Told, FailureKind::Decode, proposed, at);
    }

    /// Handles a connection that is there, but may not be worth keeping.
    pub(super) fn suspect(
        &mut self,
        failure: Failure,
        kind: FailureKind,
        then: LimitAction,
        at: At,
    ) {
        if !self.is_kept_after(kind) {
            self.fail(at.now);
        }
        let proposed = self.propose(kind, then, at);
        self.decide(failure, kind, proposed, at);
    }

    /// Whether the policy only reports this failure. It counts as none.
    fn is_kept_after(&self, kind: FailureKind) -> bool {
        let limit = match kind {
            FailureKind::SlowOpen => self.policy.on_slow_open,
            FailureKind::Idle => self.policy.on_idle,
            _ => None,
        };
        limit.is_some_and(|limit| limit.then == LimitAction::KeepWaiting)
    }

    pub(super) fn fail(&mut self, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        self.unhealthy_since.get_or_insert(now);
        if self.down_since.is_none() {
            self.down_since = Some(now);
            self.offline_for = Span::ZERO;
        }
    }

    /// Asks the rule, if there is one.
    pub(super) fn decide(&mut self, failure: Failure, kind: FailureKind, proposed: Action, at: At) {
        let pending = Pending {
            failure,
            kind,
            proposed,
            random: at.random,
        };
        if !self.has_rule {
            return self.settle(pending, Decision::AsProposed, at.now);
        }
        self.push(Output::Decide(FailureContext {
            failure,
            failures: self.failures,
            decode_errors: self.decode_errors,
            down_for: self.down_for(at.now),
            proposed: proposed.decision(),
        }));
        self.pending = Some(pending);
    }

    /// The attempt under way, if there is one, is given up because of this failure.
    pub(super) fn attempt_given_up(&mut self, pending: &Pending) {
        match pending.kind {
            // An event that arrived earlier.
            FailureKind::Decode => self.attempt_ended(AttemptOutcome::Aborted, None),
            _ => self.attempt_failed(pending.failure),
        }
    }

    pub(super) fn settle(&mut self, pending: Pending, decision: Decision, now: Timestamp) {
        let Pending {
            failure,
            kind,
            proposed,
            random,
        } = pending;
        let is_woken = kind == FailureKind::Woken;
        // The part of the wait that an `online` event does not shorten.
        let mut at_least = self.requested_delay(kind);
        let action = match decision {
            Decision::AsProposed => proposed,
            Decision::KeepWaiting => match kind {
                FailureKind::Refused | FailureKind::Failed | FailureKind::Refresh => {
                    proposed.or_close()
                }
                FailureKind::Reestablish | FailureKind::BodyEnded => {
                    if self.may_ask_again(kind) {
                        self.reopen(kind, random)
                    } else {
                        proposed.or_close()
                    }
                }
                FailureKind::BrowserReconnects
                | FailureKind::BrowserReplaced
                | FailureKind::SlowOpen
                | FailureKind::Idle
                | FailureKind::Woken
                | FailureKind::Decode => Action::KeepWaiting,
            },
            // An event that had arrived before the pause does not decode.
            Decision::Reopen { .. } if self.is_paused() => Action::KeepWaiting,
            Decision::Reopen { after } => {
                at_least = Span::from(after).max(MIN_DELAY);
                Action::Reopen { after: at_least }
            }
            Decision::Close => proposed.or_close(),
        };
        match action {
            Action::KeepWaiting => self.keep_waiting(failure, kind, now),
            Action::Reopen { after } => {
                self.attempt_given_up(&pending);
                if is_woken {
                    self.attempts.set_next_reason(AttemptReason::Woken);
                }
                self.may_send_unsafe |= matches!(decision, Decision::Reopen { .. })
                    || (!self.is_safe && self.may_send_again(kind));
                if self.backs_off_after(kind) {
                    self.reopenings = self.reopenings.saturating_add(1);
                }
                if kind == FailureKind::Decode || self.is_kept_after(kind) {
                    self.fail(now);
                }
                let phase = Phase::Waiting {
                    attempt: self.failures,
                    until: now + after,
                    not_before: now + at_least,
                };
                self.enter(phase, now);
                self.push(Output::Disconnect);
                self.report(failure, Some(self.failures));
                self.push_state();
            }
            Action::Close(limit) => {
                self.attempt_given_up(&pending);
                if limit.is_some() {
                    self.report(failure, self.attempt_of(kind));
                }
                self.close(CloseReason::Failed { failure, limit });
            }
        }
    }

    fn keep_waiting(&mut self, failure: Failure, kind: FailureKind, now: Timestamp) {
        if self.is_kept_after(kind) {
            self.has_told_limit = true;
            return self.report(failure, None);
        }
        match kind {
            FailureKind::SlowOpen => self.phase_since = now,
            FailureKind::Idle | FailureKind::Woken => {
                self.phase_since = now;
                self.last_activity = now;
            }
            FailureKind::Decode => {}
            FailureKind::BrowserReconnects
            | FailureKind::BrowserReplaced
            | FailureKind::Reestablish
            | FailureKind::BodyEnded
            | FailureKind::Refused
            | FailureKind::Failed
            | FailureKind::Refresh => {
                let attempt = self.failures;
                self.browsers_attempt_ended(failure);
                self.enter(Phase::Reconnecting { attempt }, now);
                self.report(failure, Some(attempt));
                self.push_state();
                return;
            }
        }
        self.report(failure, self.attempt_of(kind));
    }

    /// How many times in a row the connection has failed, if this is a failure of the connection.
    pub(super) fn attempt_of(&self, kind: FailureKind) -> Option<u32> {
        (kind != FailureKind::Decode).then_some(self.failures)
    }

    pub(super) fn report(&mut self, failure: Failure, attempt: Option<u32>) {
        self.push(Output::Report(Report { failure, attempt }));
    }

    pub(super) fn down_for(&self, now: Timestamp) -> Span {
        self.down_since.map_or(Span::ZERO, |since| now.since(since))
    }

    /// The time since the first failure, without the time offline, in which no attempt is made.
    fn time_elapsed(&self, now: Timestamp) -> Span {
        self.down_for(now) - self.time_offline(now)
    }
}

/// What the policy proposes.
impl Session {
    /// What the policy says about a connection that failed for good.
    fn action_after(&self, class: FailureClass) -> LimitAction {
        match (class, &self.policy.retry_statuses) {
            (FailureClass::Hopeless, _) => LimitAction::Close,
            (FailureClass::Status(status), Some(retried)) if retried.contains(&status) => {
                LimitAction::Reopen
            }
            (FailureClass::Status(_) | FailureClass::ContentType, Some(_)) => LimitAction::Close,
            _ => self.policy.on_given_up,
        }
    }

    pub(super) fn propose(&self, kind: FailureKind, then: LimitAction, at: At) -> Action {
        if self.is_kept_after(kind) {
            return Action::KeepWaiting;
        }
        if then != LimitAction::Reopen {
            return Action::Close(None);
        }
        if let (Some(limit), Some(since)) = (self.policy.close_when_down_for, self.unhealthy_since)
            && at.now.since(since) >= limit
        {
            return Action::Close(Some(LimitReached::DownTooLong { limit }));
        }
        match kind {
            FailureKind::BrowserReconnects => return Action::KeepWaiting,
            FailureKind::BrowserReplaced => {
                // Twice the minimum delay, because the browser may follow our attempt with another at once:
                // the average rate stays within the limit.
                let delay = self.min_delay_without_backoff();
                let after = delay + delay;
                return Action::Reopen { after };
            }
            _ if !self.may_ask_again(kind) => return Action::Close(None),
            _ => {}
        }
        let after = self.delay(kind, at.random);
        let reopen = Action::Reopen { after };
        if !self.backs_off_after(kind) {
            return reopen;
        }
        let backoff = &self.policy.backoff;
        match (backoff.max_attempts, backoff.max_elapsed) {
            (Some(0), _) => Action::Close(None),
            (Some(count), _) if self.reopenings >= count => {
                Action::Close(Some(LimitReached::TooMany { count }))
            }
            (_, Some(limit)) if self.time_elapsed(at.now) + after > limit => {
                Action::Close(Some(LimitReached::DownTooLong { limit }))
            }
            _ => reopen,
        }
    }

    /// Whether there may be another attempt after this failure.
    fn may_ask_again(&self, kind: FailureKind) -> bool {
        self.asks_request || self.may_send_again(kind)
    }

    /// Whether the request in hand may be sent again after this failure. A request that is not safe may not, unless the user has
    /// said so for this case.
    fn may_send_again(&self, kind: FailureKind) -> bool {
        self.is_repeatable
            || match kind {
                FailureKind::BodyEnded => self.end_of_body == Some(EndOfBody::Reconnect),
                FailureKind::Refused => self.policy.resend_refused,
                // Nothing was done but to refuse it, and the user's function is the word that it be sent again.
                FailureKind::Refresh => true,
                _ => false,
            }
    }

    /// Reopens with the policy's own wait.
    fn reopen(&self, kind: FailureKind, random: f64) -> Action {
        Action::Reopen {
            after: self.delay(kind, random),
        }
    }
}

/// How long to wait before the next attempt.
impl Session {
    /// Whether an attempt after this failure counts as one of the [`Backoff`](crate::Backoff).
    fn backs_off_after(&self, kind: FailureKind) -> bool {
        match kind {
            FailureKind::Reestablish | FailureKind::BodyEnded => self.policy.back_off_after_losses,
            FailureKind::BrowserReplaced | FailureKind::Woken => false,
            FailureKind::BrowserReconnects
            | FailureKind::Refused
            | FailureKind::Failed
            | FailureKind::SlowOpen
            | FailureKind::Idle
            | FailureKind::Refresh
            | FailureKind::Decode => true,
        }
    }

    fn delay(&self, kind: FailureKind, random: f64) -> Span {
        if kind == FailureKind::Woken {
            return Span::ZERO;
        }
        if self.backs_off_after(kind) {
            // A server that is slow to answer need not be overloaded: a feed may be quiet.
            let attempts = match kind {
                FailureKind::SlowOpen => 0,
                _ => self.reopenings,
            };
            let delay = self.policy.backoff.wait(attempts, random);
            return delay.max(self.requested_delay(kind)).max(MIN_DELAY);
        }
        let delay = self.reconnection_time().unwrap_or(RECONNECTION_TIME);
        delay.max(self.min_delay_without_backoff())
    }

    /// The minimum delay without a [`Backoff`](crate::Backoff). It grows after repeated losses.
    fn min_delay_without_backoff(&self) -> Span {
        if self.losses > LOSSES_BEFORE_LONGER_DELAY {
            MIN_DELAY_AFTER_REPEATED_LOSSES
        } else {
            MIN_DELAY
        }
    }

    /// The reconnection time that the server has set, or else the policy.
    fn reconnection_time(&self) -> Option<Span> {
        let by_server = self.retry.map(|time| self.cap(time));
        by_server.or(self.policy.reconnection_time)
    }

    /// The delay that was asked for, whatever the backoff.
    fn requested_delay(&self, kind: FailureKind) -> Span {
        let time = self.reconnection_time().unwrap_or_default();
        match kind {
            FailureKind::Refused | FailureKind::Failed => time.max(self.cap(self.retry_after)),
            FailureKind::Woken => Span::ZERO,
            FailureKind::BrowserReconnects
            | FailureKind::BrowserReplaced
            | FailureKind::Reestablish
            | FailureKind::BodyEnded
            | FailureKind::SlowOpen
            | FailureKind::Idle
            | FailureKind::Refresh
            | FailureKind::Decode => time,
        }
    }

    /// The part of a delay that a server may ask for.
    fn cap(&self, time: Span) -> Span {
        time.min(self.policy.max_server_delay)
    }
}

/// The limit to close with: none if it is 1, since the failure then says it all.
fn at_limit(count: u32) -> Option<LimitReached> {
    (count > 1).then_some(LimitReached::TooMany { count })
}
