//! How long to wait before the next attempt.

use core::time::Duration;

use super::{Kind, Machine, Outlook};

/// The reconnection time where neither the server nor the policy has set one.
const RECONNECTION_TIME: Duration = Duration::from_secs(3);

/// No wait is shorter: at most 100 attempts a second, also where the server sends `retry: 0`, an event, and hangs up.
pub(in crate::policy) const FLOOR: Duration = Duration::from_millis(10);

/// So many losses in a row are followed by waits as short as the server likes, down to the [`FLOOR`].
pub(in crate::policy) const QUICK_LOSSES: u32 = 3;

/// No wait is shorter after more of them: at most one attempt a second where nothing comes of any.
pub(in crate::policy) const FLOOR_IN_VAIN: Duration = Duration::from_secs(1);

impl Machine {
    /// Whether an attempt after this counts as one of the [`Backoff`](crate::Backoff)'s.
    pub(super) fn backs_off_after(&self, kind: Kind) -> bool {
        match kind {
            Kind::Lost(Outlook::Reestablish) => self.policy.back_off_after_losses,
            Kind::Lost(Outlook::Replaceable) => false,
            Kind::Woken => false,
            _ => true,
        }
    }

    /// How long to wait before the next attempt.
    pub(super) fn wait(&self, kind: Kind, random: f64) -> Duration {
        let wait = match kind {
            Kind::Woken => return Duration::ZERO,
            _ if self.backs_off_after(kind) => {
                let backoff = self.policy.backoff.wait(self.reopenings, random);
                backoff.max(self.least_wait(kind))
            }
            _ => self.reconnection_time().unwrap_or(RECONNECTION_TIME),
        };
        wait.max(self.floor(kind))
    }

    /// The shortest wait, whoever asks for less. A [`Backoff`](crate::Backoff) grows by itself.
    fn floor(&self, kind: Kind) -> Duration {
        if self.backs_off_after(kind) {
            FLOOR
        } else {
            self.floor_without_backoff()
        }
    }

    fn floor_without_backoff(&self) -> Duration {
        if self.losses > QUICK_LOSSES {
            FLOOR_IN_VAIN
        } else {
            FLOOR
        }
    }

    /// Whether a transport that reconnects by itself waits too little, by when it was lost the last time: Chromium knows
    /// no least wait.
    pub(super) fn is_hasty(&self, last_loss: Option<Duration>, now: Duration) -> bool {
        last_loss.is_some_and(|last| now.saturating_sub(last) < self.floor_without_backoff())
    }

    /// How long to wait in its place. The attempt after that may be the transport's own, without a wait: two of them at
    /// most in twice the time.
    pub(super) fn wait_after_haste(&self) -> Duration {
        2 * self.floor_without_backoff()
    }

    /// As the server has set it, else the policy.
    fn reconnection_time(&self) -> Option<Duration> {
        self.retry.or(self.policy.reconnection_time)
    }

    /// What was asked for, whatever the backoff.
    pub(super) fn least_wait(&self, kind: Kind) -> Duration {
        let time = self.reconnection_time().unwrap_or_default();
        match kind {
            Kind::Lost(Outlook::Failed { retry_after }) => {
                time.max(retry_after.unwrap_or_default())
            }
            Kind::Woken => Duration::ZERO,
            _ => time,
        }
    }
}
