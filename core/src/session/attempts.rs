//! The attempts to connect: how many there were, and how each of them ended.

use super::{Failure, Loss, Output, Phase, Session, io::FailureClass};
use crate::Timestamp;

/// An attempt to connect that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndedAttempt {
    /// Its number over the life of the source, from 1.
    pub number: u32,
    /// Why it was made.
    pub reason: AttemptReason,
    /// When it started. `None` if the browser has made it, since it does not say.
    pub started: Option<Timestamp>,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// What went wrong, if it was refused or has failed.
    pub failure: Option<Failure>,
}

/// Why an attempt to connect was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptReason {
    /// The source was opened.
    First,
    /// An earlier attempt or connection has failed.
    Reconnection,
    /// The page woke, or the network changed, and the connection may not have survived that.
    Woken,
    /// The user reconnected the source.
    Reconnect,
    /// The source was paused, by the user or by the policy, and is resumed.
    Resumed,
    /// What the server had refused is refreshed.
    Refreshed,
    /// The connection is renewed before what it was made with expires.
    Renewed,
}

/// How an attempt to connect ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// The server answered with an event stream.
    Opened,
    /// The server answered that it has finished: HTTP status 204.
    Finished,
    /// The server answered with something else.
    Refused,
    /// There was no answer.
    Failed,
    /// The source closed before there was an answer.
    Aborted,
}

/// What a session has counted so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// The attempts to connect, the one under way included. Of those that the browser makes, the ones that have ended.
    pub attempts: u32,
    /// The attempts that have opened a connection.
    pub opened: u32,
    /// The events that were skipped, since they had been delivered before.
    pub duplicates: u32,
    /// The gaps that were reported.
    pub gaps: u32,
}

/// The attempts of one source.
#[derive(Debug)]
pub(super) struct Attempts {
    are_told: bool,
    pub(super) counts: Counts,
    under_way: Option<(AttemptReason, Timestamp)>,
    next_reason: AttemptReason,
    /// Whether the server has refused the one under way.
    is_refused: bool,
}

impl Attempts {
    pub(super) fn new() -> Self {
        Self {
            are_told: false,
            counts: Counts::default(),
            under_way: None,
            next_reason: AttemptReason::First,
            is_refused: false,
        }
    }

    pub(super) fn start(&mut self, now: Timestamp) {
        self.counts.attempts += 1;
        self.under_way = Some((self.next_reason, now));
        self.next_reason = AttemptReason::Reconnection;
    }

    /// The one under way has yet to be made.
    pub(super) fn postpone(&mut self) {
        if let Some((reason, _)) = self.under_way.take() {
            self.next_reason = reason;
            self.counts.attempts -= 1;
        }
    }

    /// Says why the next one is made, if that is not a failure.
    pub(super) fn set_next_reason(&mut self, reason: AttemptReason) {
        self.next_reason = reason;
    }

    pub(super) fn note_loss(&mut self, loss: Loss) {
        self.is_refused = matches!(
            loss,
            Loss::Fail {
                class: FailureClass::Status(_) | FailureClass::ContentType,
                ..
            }
        );
    }
}

impl Session {
    /// What the session has counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.attempts.counts
    }

    /// Tells of each attempt when it ends, from now on, by [`Output::Attempt`].
    pub fn tell_attempts(&mut self) {
        self.attempts.are_told = true;
    }

    /// The attempt under way, if there is one, has ended because of this failure. Not inlined, since it has many callers.
    #[inline(never)]
    pub(super) fn attempt_failed(&mut self, failure: Failure) {
        let outcome = if self.attempts.is_refused {
            AttemptOutcome::Refused
        } else {
            AttemptOutcome::Failed
        };
        self.attempt_ended(outcome, Some(failure));
    }

    /// The browser goes on after this failure. While a renewal is under way, what it attempts is not counted.
    pub(super) fn browsers_attempt_ended(&mut self, failure: Failure) {
        if !self.renewal.is_under_way {
            self.attempt_failed(failure);
        }
    }

    /// Not inlined, since it has many callers.
    #[inline(never)]
    pub(super) fn attempt_ended(
        &mut self,
        mut outcome: AttemptOutcome,
        mut failure: Option<Failure>,
    ) {
        if self.renewal.is_under_way {
            // It ends with the connection that was to be renewed.
            (outcome, failure) = (AttemptOutcome::Aborted, None);
        }
        let attempts = &mut self.attempts;
        attempts.is_refused = false;
        let (reason, started) = match attempts.under_way.take() {
            Some((reason, started)) => (reason, Some(started)),
            // The browser's attempts show only by their ends.
            None if matches!(self.phase, Phase::Reconnecting { .. })
                && outcome != AttemptOutcome::Aborted =>
            {
                attempts.counts.attempts += 1;
                (AttemptReason::Reconnection, None)
            }
            None => return,
        };
        if outcome == AttemptOutcome::Opened {
            attempts.counts.opened += 1;
        }
        if attempts.are_told {
            let number = attempts.counts.attempts;
            self.push(Output::Attempt(EndedAttempt {
                number,
                reason,
                started,
                outcome,
                failure,
            }));
        }
    }
}
