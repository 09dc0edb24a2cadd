//! How long to wait before the next attempt.

use core::time::Duration;

/// How a source waits between the attempts that it makes by itself, and how many it makes.
///
/// The n-th wait in a row is at most `initial × factorⁿ⁻¹`, capped at `max`. With full jitter, the default, it is drawn
/// evenly from zero up to that ceiling, so that the clients of a server that comes back do not all come back at once.
/// No wait is shorter than 10 milliseconds.
///
/// ```
/// use std::time::Duration;
/// use typed_eventsource::{Backoff, Policy};
///
/// let policy = Policy::resilient().backoff(
///     Backoff::new()
///         .initial(Duration::from_millis(500))
///         .max(Duration::from_secs(10))
///         .max_attempts(20),
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Backoff {
    pub(super) initial: Duration,
    factor: f64,
    pub(super) max: Duration,
    pub(super) jitter: bool,
    pub(super) max_attempts: Option<u32>,
    pub(super) max_elapsed: Option<Duration>,
}

impl Backoff {
    /// One second at first, doubling up to thirty, with full jitter and without an end.
    pub fn new() -> Self {
        Self {
            initial: Duration::from_secs(1),
            factor: 2.0,
            max: Duration::from_secs(30),
            jitter: true,
            max_attempts: None,
            max_elapsed: None,
        }
    }

    /// The ceiling of the first wait.
    pub fn initial(mut self, initial: Duration) -> Self {
        self.initial = initial;
        self
    }

    /// By how much the ceiling grows with each attempt. Anything below 1 counts as 1.
    pub fn factor(mut self, factor: f64) -> Self {
        self.factor = factor.max(1.0);
        self
    }

    /// The most that a wait can be.
    pub fn max(mut self, max: Duration) -> Self {
        self.max = max;
        self
    }

    /// Whether the wait is drawn from zero up to the ceiling, or is the ceiling itself.
    pub fn jitter(mut self, jitter: bool) -> Self {
        self.jitter = jitter;
        self
    }

    /// The most attempts in a row; after that many have failed the source closes with
    /// [`Error::TooMany`](crate::Error::TooMany). Zero allows none.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }

    /// The most time to go on for: no attempt starts later than this after the first failure. Where the next one
    /// would, the source closes with [`Error::DownTooLong`](crate::Error::DownTooLong).
    pub fn max_elapsed(mut self, elapsed: Duration) -> Self {
        self.max_elapsed = Some(elapsed);
        self
    }

    /// The longest that the wait can be after so many attempts in a row.
    pub(super) fn ceiling(&self, attempts_before: u32) -> Duration {
        if self.initial.is_zero() {
            return Duration::ZERO;
        }
        let growth = power(self.factor, attempts_before);
        Duration::try_from_secs_f64(self.initial.as_secs_f64() * growth)
            .unwrap_or(Duration::MAX)
            .min(self.max)
    }

    /// The wait after so many attempts in a row, given a random number from 0 (included) to 1 (excluded).
    pub(super) fn wait(&self, attempts_before: u32, random: f64) -> Duration {
        let ceiling = self.ceiling(attempts_before);
        if self.jitter {
            // The longest durations do not survive the way through a float.
            Duration::try_from_secs_f64(ceiling.as_secs_f64() * random.clamp(0.0, 1.0))
                .unwrap_or(ceiling)
                .min(ceiling)
        } else {
            ceiling
        }
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new()
    }
}

/// By squaring: `core` has no `powi`.
fn power(mut base: f64, mut exponent: u32) -> f64 {
    let mut power = 1.0;
    while exponent > 0 {
        if exponent % 2 == 1 {
            power *= base;
        }
        base *= base;
        exponent /= 2;
    }
    power
}
