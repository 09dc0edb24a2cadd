//! What a policy promises of each decision.

use std::time::Duration;

use super::{
    life::Life,
    space::{Failure, Ruling, Time},
};
use crate::{Error, policy::machine::Verdict};

/// No wait is shorter.
const FLOOR: Duration = Duration::from_millis(10);

/// From the fourth loss in a row on none without backoff is.
const FLOOR_IN_VAIN: Duration = Duration::from_secs(1);

/// The standard's reconnection time where nobody has set one.
const RECONNECTION_TIME: Duration = Duration::from_secs(3);

/// How late a timer has to be for silence to be excused once, for so long, and for the page to have slept.
pub(super) const LATE: Duration = Duration::from_secs(1);
pub(super) const GRACE: Duration = Duration::from_secs(2);
pub(super) const OVERSLEPT: Duration = Duration::from_secs(90);

/// What has gone wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum What {
    Lost,
    HungUp,
    Failed(Failure, Option<Duration>),
    SlowOpen,
    Idle,
    Woken,
    Undecodable,
}

impl Life {
    /// Whether what is proposed is what the settings say.
    pub(super) fn keeps_promises(&self, proposed: &Verdict, what: What) {
        let settings = &self.settings;
        let counted = match what {
            What::Lost | What::HungUp => Some((self.losses, settings.close_after_losses)),
            What::Undecodable => Some((self.decode_errors, settings.close_after_decode_errors)),
            _ => None,
        };
        if let Some((count, Some(limit))) = counted {
            let limit = u32::from(limit.max(1));
            if count >= limit {
                let closed = closed_with(proposed);
                match limit {
                    1 => assert!(is_of(closed, what), "{closed:?}"),
                    _ => assert!(matches!(closed, Error::TooMany { count, .. } if *count == limit)),
                }
                return;
            }
        }
        if what == What::Undecodable {
            assert!(matches!(proposed, Verdict::KeepWaiting));
            return;
        }
        if !self.reopens_after(what) {
            assert!(is_of(closed_with(proposed), what), "{proposed:?}");
            return;
        }
        if let (Some(Time(limit)), Some(since)) = (settings.close_when_down_for, self.without_since)
            && self.now - since >= limit
        {
            let closed = closed_with(proposed);
            assert!(matches!(closed, Error::DownTooLong { limit: told, .. } if *told == limit));
            return;
        }
        if what == What::Lost {
            assert!(matches!(proposed, Verdict::KeepWaiting));
            return;
        }
        if !settings.repeatable() {
            assert!(is_of(closed_with(proposed), what), "{proposed:?}");
            return;
        }
        self.waits_as_it_says(proposed, what);
    }

    fn waits_as_it_says(&self, proposed: &Verdict, what: What) {
        let settings = &self.settings;
        let down_for = self
            .down_since
            .map_or(Duration::ZERO, |since| self.now - since);
        if self.backs_off_after(what) {
            let least = self.asked_for(what).max(FLOOR);
            let most = least.max(settings.max.0);
            let allowed = settings.max_attempts.map(u32::from);
            match proposed {
                Verdict::KeepWaiting => panic!("nothing to wait for"),
                Verdict::Close(error) if allowed == Some(0) => assert!(is_of(error, what)),
                Verdict::Close(Error::TooMany { count, .. }) => {
                    assert_eq!(allowed, Some(*count));
                    // A rule may have gone on after so many.
                    assert!(self.reopenings == *count || settings.rule.is_some());
                    assert!(self.reopenings >= *count);
                }
                Verdict::Close(Error::DownTooLong { limit, .. }) => {
                    assert_eq!(settings.max_elapsed.map(|Time(time)| time), Some(*limit));
                    assert!(down_for.saturating_add(most) > *limit);
                }
                Verdict::Close(error) => panic!("closed for no reason: {error:?}"),
                Verdict::Reopen { after } => {
                    assert!((least..=most).contains(after), "{after:?}");
                    assert!(allowed.is_none_or(|allowed| self.reopenings < allowed));
                    let end = down_for.saturating_add(*after);
                    assert!(settings.max_elapsed.is_none_or(|Time(limit)| end <= limit));
                }
            }
            return;
        }
        let Verdict::Reopen { after } = *proposed else {
            panic!("{proposed:?}");
        };
        if what == What::Woken {
            assert_eq!(after, Duration::ZERO);
            return;
        }
        let floor = if self.losses > 3 {
            FLOOR_IN_VAIN
        } else {
            FLOOR
        };
        let time = self.reconnection_time().unwrap_or(RECONNECTION_TIME);
        assert_eq!(after, time.max(floor));
    }

    /// Whether the rule has the last word.
    pub(super) fn obeys(
        &self,
        verdict: &Verdict,
        proposed: &Verdict,
        waiting: &Verdict,
        what: What,
    ) {
        match what {
            What::Lost | What::SlowOpen | What::Idle | What::Woken | What::Undecodable => {
                assert!(matches!(waiting, Verdict::KeepWaiting));
            }
            What::HungUp if self.settings.repeatable() => {
                assert!(matches!(waiting, Verdict::Reopen { after } if *after >= FLOOR));
            }
            What::HungUp | What::Failed(..) => assert!(matches!(waiting, Verdict::Close(_))),
        }
        match (self.settings.rule, verdict) {
            (None, _) => assert_eq!(format!("{verdict:?}"), format!("{proposed:?}")),
            (Some(Ruling::KeepWaiting), _) => {
                assert_eq!(format!("{verdict:?}"), format!("{waiting:?}"));
            }
            (Some(Ruling::Reopen(Time(wait))), Verdict::Reopen { after }) => {
                assert_eq!(*after, wait);
            }
            (Some(Ruling::Close), Verdict::Close(_)) => {}
            (Some(ruling), _) => panic!("{ruling:?}, and yet {verdict:?}"),
        }
    }

    fn reopens_after(&self, what: What) -> bool {
        let settings = &self.settings;
        match what {
            What::Failed(Failure::TooLarge, _) => false,
            What::Failed(Failure::Unavailable, _) if settings.retries_503 => true,
            What::Failed(Failure::Unauthorized, _) if settings.retries_503 => false,
            What::Failed(..) => settings.reopens,
            What::Idle => settings.idle.is_some_and(|(_, reopens)| reopens),
            What::SlowOpen => settings.opening.is_some_and(|(_, reopens)| reopens),
            What::Lost | What::HungUp | What::Woken | What::Undecodable => true,
        }
    }

    pub(super) fn backs_off_after(&self, what: What) -> bool {
        match what {
            What::HungUp => self.settings.back_off_after_losses,
            What::Woken => false,
            _ => true,
        }
    }

    /// What the server or the reconnection time asks for, whatever the backoff.
    pub(super) fn asked_for(&self, what: What) -> Duration {
        let time = self.reconnection_time().unwrap_or_default();
        match what {
            What::Woken => Duration::ZERO,
            What::Failed(_, retry_after) => time.max(retry_after.unwrap_or_default()),
            _ => time,
        }
    }

    fn reconnection_time(&self) -> Option<Duration> {
        let set = self.settings.reconnection_time.map(|Time(time)| time);
        self.retry.or(set)
    }
}

fn closed_with(verdict: &Verdict) -> &Error {
    match verdict {
        Verdict::Close(error) => error,
        other => panic!("it goes on: {other:?}"),
    }
}

/// Whether this is the very error, and none that says how often or for how long.
fn is_of(error: &Error, what: What) -> bool {
    match error {
        Error::ConnectionLost { .. } => matches!(what, What::Lost | What::HungUp),
        Error::GivenUp { .. } => matches!(what, What::Failed(Failure::GivenUp, _)),
        Error::Status { status: 503, .. } => matches!(what, What::Failed(Failure::Unavailable, _)),
        Error::Status { .. } => matches!(what, What::Failed(Failure::Unauthorized, _)),
        Error::EventTooLarge { .. } => matches!(what, What::Failed(Failure::TooLarge, _)),
        Error::OpenTimeout { .. } => what == What::SlowOpen,
        Error::Idle { .. } => what == What::Idle,
        Error::Suspended => what == What::Woken,
        Error::Decode(_) => what == What::Undecodable,
        _ => false,
    }
}
