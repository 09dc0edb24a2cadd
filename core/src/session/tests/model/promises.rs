//! What a policy promises about each decision.

use crate::{Failure, LimitReached, Span};

use super::{
    source::{Action, Source, later},
    space::{Refusal, Ruling, Then, Time},
};

/// The shortest wait and the shortest time limit.
pub(super) const MIN_DELAY: Span = Span::from_millis(10);

/// The shortest wait without backoff, from the fourth loss in a row on.
const MIN_DELAY_AFTER_REPEATED_LOSSES: Span = Span::from_secs(1);

/// The reconnection time if neither the policy nor the server has set one.
const RECONNECTION_TIME: Span = Span::from_secs(3);

/// A timer that is this late excuses silence once, for the grace period. One beyond the sleep threshold shows that the
/// page slept.
pub(super) const LATE_TIMER_THRESHOLD: Span = Span::from_secs(1);
pub(super) const GRACE: Span = Span::from_secs(2);
pub(super) const SLEEP_THRESHOLD: Span = Span::from_secs(90);

/// What has failed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum FailureKind {
    Lost,
    HungUp,
    BodyEnded,
    Failed(Refusal, Option<Span>),
    SlowOpen,
    Idle,
    Woken,
    RefreshFailed,
    RefreshTimeout,
    DecodeFailed,
}

impl Source {
    /// Checks that the proposal is what the settings say.
    pub(super) fn check_promises(&self, proposed: Action, kind: FailureKind) {
        let settings = &self.settings;
        let counted = match kind {
            FailureKind::Lost | FailureKind::HungUp | FailureKind::BodyEnded => {
                Some((self.losses, settings.close_after_losses))
            }
            FailureKind::DecodeFailed => {
                Some((self.decode_errors, settings.close_after_decode_errors))
            }
            _ => None,
        };
        if let Some((count, Some(limit))) = counted {
            let limit = u32::from(limit.max(1));
            if count >= limit {
                let limit = (limit > 1).then_some(LimitReached::TooMany { count: limit });
                return self.check_close(proposed, kind, limit);
            }
        }
        if kind == FailureKind::DecodeFailed {
            assert_eq!(proposed, Action::KeepWaiting);
            return;
        }
        if self.only_reports(kind) {
            assert_eq!(proposed, Action::KeepWaiting);
            return;
        }
        if matches!(
            kind,
            FailureKind::RefreshFailed | FailureKind::RefreshTimeout
        ) && self.is_offline()
        {
            // When the network is back, the request is made again, whatever it is.
            return;
        }
        if !self.reopens_after(kind) {
            return self.check_close(proposed, kind, None);
        }
        if let (Some(Time(limit)), Some(since)) =
            (settings.close_when_down_for, self.unhealthy_since)
            && self.now - since >= limit
        {
            return self.check_close(proposed, kind, Some(LimitReached::DownTooLong { limit }));
        }
        if kind == FailureKind::Lost {
            assert_eq!(proposed, Action::KeepWaiting);
            return;
        }
        if !self.may_ask_again() {
            return self.check_close(proposed, kind, None);
        }
        self.check_wait(proposed, kind);
    }

    /// Checks that the source closes with this kind of failure and at this limit.
    fn check_close(&self, proposed: Action, kind: FailureKind, expected: Option<LimitReached>) {
        let Action::Close(reason) = proposed else {
            panic!("the source does not close: {proposed:?}");
        };
        // A proposal to close has no reason.
        if let Some((failure, limit)) = reason {
            assert!(is_of_kind(failure, kind), "{failure:?}");
            assert_eq!(limit, expected);
        }
    }

    fn check_wait(&self, proposed: Action, kind: FailureKind) {
        let settings = &self.settings;
        let elapsed = self.elapsed();
        if self.backs_off_after(kind) {
            let least = self.shortest_wait(kind).max(MIN_DELAY);
            let most = match kind {
                // The wait after a slow opening does not grow.
                FailureKind::SlowOpen => least.max(settings.initial.0.min(settings.max.0)),
                _ => least.max(settings.max.0),
            };
            let allowed = settings.max_attempts.map(u32::from);
            match proposed {
                Action::KeepWaiting => panic!("nothing to wait for"),
                Action::Close(None) => {}
                Action::Close(Some((failure, limit))) => {
                    assert!(is_of_kind(failure, kind));
                    if let Some(LimitReached::TooMany { count }) = limit {
                        assert_eq!(allowed, Some(count));
                        // A rule may have reopened beyond the limit.
                        assert!(self.reopenings == count || settings.rule.is_some());
                        assert!(self.reopenings >= count);
                    } else if let Some(LimitReached::DownTooLong { limit }) = limit {
                        let expected = settings.max_elapsed.map(|Time(time)| time);
                        assert_eq!(expected, Some(limit));
                        assert!(elapsed + most > limit);
                    } else {
                        assert_eq!((limit, allowed), (None, Some(0)), "closed for no reason");
                    }
                }
                Action::Reopen { after } => {
                    assert!(allowed.is_none_or(|allowed| self.reopenings < allowed));
                    if let Some(after) = after {
                        assert!(
                            self.is_expected_wait(after, after.clamp(least, most)),
                            "{after:?}"
                        );
                    }
                    let end = elapsed + after.unwrap_or(least);
                    assert!(settings.max_elapsed.is_none_or(|Time(limit)| end <= limit));
                }
            }
            return;
        }
        let Action::Reopen { after } = proposed else {
            panic!("{proposed:?}");
        };
        let Some(after) = after else {
            return;
        };
        if kind == FailureKind::Woken {
            assert_eq!(after, Span::ZERO);
            return;
        }
        let min_delay = match self.losses {
            0..=3 => MIN_DELAY,
            _ => MIN_DELAY_AFTER_REPEATED_LOSSES,
        };
        let time = self.reconnection_time().unwrap_or(RECONNECTION_TIME);
        assert!(
            self.is_expected_wait(after, time.max(min_delay)),
            "{after:?}"
        );
    }

    /// Whether a wait is as expected, or lasts up to the last moment.
    fn is_expected_wait(&self, wait: Span, expected: Span) -> bool {
        wait == expected || (wait < expected && later(self.now, wait) == later(self.now, Span::MAX))
    }

    /// Checks that the rule has the last word.
    pub(super) fn check_rule(&self, action: Action, proposed: Action, kind: FailureKind) {
        match (self.settings.rule, action) {
            (None, _) => assert_eq!(action, proposed),
            (Some(Ruling::Reopen(_)), _) if self.is_paused() => {
                assert_eq!(
                    (action, kind),
                    (Action::KeepWaiting, FailureKind::DecodeFailed)
                );
            }
            (Some(Ruling::KeepWaiting), _) => self.check_keeps_waiting(action, kind),
            (Some(Ruling::Reopen(Time(wait))), Action::Reopen { after }) => {
                let wait = wait.max(MIN_DELAY);
                assert!(after.is_none_or(|after| self.is_expected_wait(after, wait)));
            }
            (Some(Ruling::Close), Action::Close(_)) => {}
            (Some(ruling), _) => panic!("{ruling:?} leads to {action:?}"),
        }
    }

    fn check_keeps_waiting(&self, action: Action, kind: FailureKind) {
        match kind {
            FailureKind::Lost
            | FailureKind::SlowOpen
            | FailureKind::Idle
            | FailureKind::Woken
            | FailureKind::DecodeFailed => {
                assert_eq!(action, Action::KeepWaiting);
            }
            FailureKind::HungUp | FailureKind::BodyEnded if self.may_ask_again() => {
                let Action::Reopen { after } = action else {
                    panic!("{action:?}");
                };
                assert!(
                    after.is_none_or(|after| self.is_expected_wait(after, after.max(MIN_DELAY)))
                );
            }
            FailureKind::HungUp
            | FailureKind::BodyEnded
            | FailureKind::Failed(..)
            | FailureKind::RefreshFailed
            | FailureKind::RefreshTimeout => {
                assert!(matches!(action, Action::Close(_)));
            }
        }
    }

    fn reopens_after(&self, kind: FailureKind) -> bool {
        let settings = &self.settings;
        match kind {
            FailureKind::RefreshFailed | FailureKind::RefreshTimeout => false,
            FailureKind::Failed(Refusal::TooLarge, _) => false,
            FailureKind::Failed(Refusal::Unauthorized, _) if settings.has_refresh => false,
            FailureKind::Failed(Refusal::Unavailable, _) if settings.retries_503 => true,
            FailureKind::Failed(Refusal::Unauthorized, _) if settings.retries_503 => false,
            FailureKind::Failed(..) => settings.reopens,
            FailureKind::Idle | FailureKind::SlowOpen => {
                self.action_at_limit(kind) == Some(Then::Reopen)
            }
            FailureKind::Lost
            | FailureKind::HungUp
            | FailureKind::BodyEnded
            | FailureKind::Woken
            | FailureKind::DecodeFailed => true,
        }
    }

    /// What is done at the time limit of this failure.
    fn action_at_limit(&self, kind: FailureKind) -> Option<Then> {
        let limit = match kind {
            FailureKind::Idle => self.settings.idle,
            FailureKind::SlowOpen => self.settings.opening,
            _ => None,
        };
        limit.map(|(_, then)| then)
    }

    /// Whether the failure is only reported, and counts as none.
    pub(super) fn only_reports(&self, kind: FailureKind) -> bool {
        self.action_at_limit(kind) == Some(Then::KeepWaiting)
    }

    pub(super) fn backs_off_after(&self, kind: FailureKind) -> bool {
        match kind {
            FailureKind::HungUp | FailureKind::BodyEnded => self.settings.back_off_after_losses,
            FailureKind::Woken => false,
            _ => true,
        }
    }

    /// The part of a wait that the return of the network does not shorten.
    pub(super) fn requested_after(&self, kind: FailureKind) -> Span {
        match self.settings.rule {
            Some(Ruling::Reopen(Time(after))) => after.max(MIN_DELAY),
            _ => self.shortest_wait(kind),
        }
    }

    /// The shortest wait, by the server or by the reconnection time, apart from the backoff.
    fn shortest_wait(&self, kind: FailureKind) -> Span {
        let time = self.reconnection_time().unwrap_or_default();
        match kind {
            FailureKind::Woken => Span::ZERO,
            FailureKind::Failed(_, retry_after) => {
                time.max(self.cap(retry_after.unwrap_or_default()))
            }
            _ => time,
        }
    }

    fn reconnection_time(&self) -> Option<Span> {
        let set = self.settings.reconnection_time.map(|Time(time)| time);
        self.retry.map(|time| self.cap(time)).or(set)
    }

    fn cap(&self, time: Span) -> Span {
        time.min(self.settings.max_server_delay())
    }
}

fn is_of_kind(failure: Failure, kind: FailureKind) -> bool {
    match failure {
        Failure::Told => matches!(
            kind,
            FailureKind::Lost
                | FailureKind::HungUp
                | FailureKind::BodyEnded
                | FailureKind::Failed(..)
                | FailureKind::RefreshFailed
                | FailureKind::DecodeFailed
        ),
        Failure::RefreshTimeout => kind == FailureKind::RefreshTimeout,
        Failure::OpenTimeout => kind == FailureKind::SlowOpen,
        Failure::Idle => kind == FailureKind::Idle,
        Failure::Suspended => kind == FailureKind::Woken,
        _ => false,
    }
}
