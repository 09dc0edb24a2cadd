//! What a policy promises of each decision.

use crate::{Failure, LimitReached, Span};

use super::{
    life::{Action, Life, later},
    space::{Refusal, Ruling, Time},
};

/// No wait is shorter, and no limit of time.
pub(super) const MIN_DELAY: Span = Span::from_millis(10);

/// From the fourth loss in a row on, none without backoff is.
const MIN_DELAY_AFTER_REPEATED_LOSSES: Span = Span::from_secs(1);

/// The standard's reconnection time where nobody has set one.
const RECONNECTION_TIME: Span = Span::from_secs(3);

/// How late a timer has to be for silence to be excused once, for so long, and for the page to have slept.
pub(super) const LATE_TIMER_THRESHOLD: Span = Span::from_secs(1);
pub(super) const GRACE: Span = Span::from_secs(2);
pub(super) const SLEEP_THRESHOLD: Span = Span::from_secs(90);

/// What has gone wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum What {
    Lost,
    HungUp,
    BodyEnded,
    Failed(Refusal, Option<Span>),
    SlowOpen,
    Idle,
    Woken,
    DecodeFailed,
}

impl Life {
    /// Whether what is proposed is what the settings say.
    pub(super) fn keeps_promises(&self, proposed: Action, what: What) {
        let settings = &self.settings;
        let counted = match what {
            What::Lost | What::HungUp | What::BodyEnded => {
                Some((self.losses, settings.close_after_losses))
            }
            What::DecodeFailed => Some((self.decode_errors, settings.close_after_decode_errors)),
            _ => None,
        };
        if let Some((count, Some(limit))) = counted {
            let limit = u32::from(limit.max(1));
            if count >= limit {
                let limit = (limit > 1).then_some(LimitReached::TooMany { count: limit });
                return self.closes(proposed, what, limit);
            }
        }
        if what == What::DecodeFailed {
            assert_eq!(proposed, Action::KeepWaiting);
            return;
        }
        if !self.reopens_after(what) {
            return self.closes(proposed, what, None);
        }
        if let (Some(Time(limit)), Some(since)) = (settings.close_when_down_for, self.without_since)
            && self.now - since >= limit
        {
            return self.closes(proposed, what, Some(LimitReached::DownTooLong { limit }));
        }
        if what == What::Lost {
            assert_eq!(proposed, Action::KeepWaiting);
            return;
        }
        if !settings.is_repeatable() {
            return self.closes(proposed, what, None);
        }
        self.waits_as_it_says(proposed, what);
    }

    /// Whether it closes with this very failure, and at that limit.
    fn closes(&self, proposed: Action, what: What, expected: Option<LimitReached>) {
        let Action::Close(reason) = proposed else {
            panic!("it goes on: {proposed:?}");
        };
        // A rule may close in place of what was proposed, or be told no more than that it is proposed to close.
        if let Some((failure, limit)) = reason {
            assert!(is_of(failure, what), "{failure:?}");
            assert_eq!(limit, expected);
        }
    }

    fn waits_as_it_says(&self, proposed: Action, what: What) {
        let settings = &self.settings;
        let elapsed = self.elapsed();
        if self.backs_off_after(what) {
            let least = self.asked_for(what).max(MIN_DELAY);
            let most = least.max(settings.max.0);
            let allowed = settings.max_attempts.map(u32::from);
            match proposed {
                Action::KeepWaiting => panic!("nothing to wait for"),
                Action::Close(None) => {}
                Action::Close(Some((failure, limit))) => {
                    assert!(is_of(failure, what));
                    if let Some(LimitReached::TooMany { count }) = limit {
                        assert_eq!(allowed, Some(count));
                        // A rule may have gone on after so many.
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
                        assert!(self.is_span(after, after.clamp(least, most)), "{after:?}");
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
        if what == What::Woken {
            assert_eq!(after, Span::ZERO);
            return;
        }
        let min_delay = match self.losses {
            0..=3 => MIN_DELAY,
            _ => MIN_DELAY_AFTER_REPEATED_LOSSES,
        };
        let time = self.reconnection_time().unwrap_or(RECONNECTION_TIME);
        assert!(self.is_span(after, time.max(min_delay)), "{after:?}");
    }

    /// Whether a wait is as expected, or goes up to the last moment that there is.
    fn is_span(&self, wait: Span, expected: Span) -> bool {
        wait == expected || (wait < expected && later(self.now, wait) == later(self.now, Span::MAX))
    }

    /// Whether the rule has the last word.
    pub(super) fn obeys(&self, action: Action, proposed: Action, what: What) {
        match (self.settings.rule, action) {
            (None, _) => assert_eq!(action, proposed),
            (Some(Ruling::KeepWaiting), _) => self.keeps_waiting(action, what),
            (Some(Ruling::Reopen(Time(wait))), Action::Reopen { after }) => {
                let wait = wait.max(MIN_DELAY);
                assert!(after.is_none_or(|after| self.is_span(after, wait)));
            }
            (Some(Ruling::Close), Action::Close(_)) => {}
            (Some(ruling), _) => panic!("{ruling:?}, and yet {action:?}"),
        }
    }

    fn keeps_waiting(&self, action: Action, what: What) {
        match what {
            What::Lost | What::SlowOpen | What::Idle | What::Woken | What::DecodeFailed => {
                assert_eq!(action, Action::KeepWaiting);
            }
            What::HungUp | What::BodyEnded if self.settings.is_repeatable() => {
                let Action::Reopen { after } = action else {
                    panic!("{action:?}");
                };
                assert!(after.is_none_or(|after| self.is_span(after, after.max(MIN_DELAY))));
            }
            What::HungUp | What::BodyEnded | What::Failed(..) => {
                assert!(matches!(action, Action::Close(_)));
            }
        }
    }

    fn reopens_after(&self, what: What) -> bool {
        let settings = &self.settings;
        match what {
            What::Failed(Refusal::TooLarge, _) => false,
            What::Failed(Refusal::Unavailable, _) if settings.retries_503 => true,
            What::Failed(Refusal::Unauthorized, _) if settings.retries_503 => false,
            What::Failed(..) => settings.reopens,
            What::Idle => settings.idle.is_some_and(|(_, reopens)| reopens),
            What::SlowOpen => settings.opening.is_some_and(|(_, reopens)| reopens),
            What::Lost | What::HungUp | What::BodyEnded | What::Woken | What::DecodeFailed => true,
        }
    }

    pub(super) fn backs_off_after(&self, what: What) -> bool {
        match what {
            What::HungUp | What::BodyEnded => self.settings.back_off_after_losses,
            What::Woken => false,
            _ => true,
        }
    }

    /// What of a wait the return of the network does not shorten.
    pub(super) fn requested_after(&self, what: What) -> Span {
        match self.settings.rule {
            Some(Ruling::Reopen(Time(after))) => after.max(MIN_DELAY),
            _ => self.asked_for(what),
        }
    }

    /// What the server or the reconnection time asks for, whatever the backoff.
    fn asked_for(&self, what: What) -> Span {
        let time = self.reconnection_time().unwrap_or_default();
        match what {
            What::Woken => Span::ZERO,
            What::Failed(_, retry_after) => time.max(self.cap(retry_after.unwrap_or_default())),
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

fn is_of(failure: Failure, what: What) -> bool {
    match failure {
        Failure::Told => matches!(
            what,
            What::Lost | What::HungUp | What::Failed(..) | What::DecodeFailed
        ),
        Failure::BodyEnded => what == What::BodyEnded,
        Failure::OpenTimeout => what == What::SlowOpen,
        Failure::Idle => what == What::Idle,
        Failure::Suspended => what == What::Woken,
        _ => false,
    }
}
