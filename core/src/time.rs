//! Moments, which are not spans of time.

use core::time::Duration;

/// A moment, as the body's clock has it: so long after an origin that is the same for all of them.
///
/// The clock must never go back. Where it seems to, the session takes the span between two moments for zero.
///
/// ```
/// use core::time::Duration;
/// use typed_eventsource_core::Timestamp;
///
/// let start = Timestamp::from_origin(Duration::from_secs(5));
/// let later = start + Duration::from_secs(2);
/// assert_eq!(later.since(start), Duration::from_secs(2));
/// assert_eq!(start.since(later), Duration::ZERO);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp {
    /// Since the origin. They last for 584 years.
    nanoseconds: u64,
}

impl Timestamp {
    /// The moment that comes so long after the origin of the body's clock: at most 584 years.
    pub const fn from_origin(elapsed: Duration) -> Self {
        let seconds = elapsed.as_secs();
        let nanoseconds = if seconds <= MAX_SECONDS {
            (seconds * 1_000_000_000).saturating_add(elapsed.subsec_nanos() as u64)
        } else {
            u64::MAX
        };
        Self { nanoseconds }
    }

    /// How long after the origin of the body's clock this is.
    pub const fn since_origin(self) -> Duration {
        Duration::from_nanos(self.nanoseconds)
    }

    /// How long after an earlier moment this is; zero where that is not earlier.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.nanoseconds.saturating_sub(earlier.nanoseconds))
    }
}

const MAX_SECONDS: u64 = u64::MAX / 1_000_000_000;

/// The latest moment that there is, where the sum would be later.
impl core::ops::Add<Duration> for Timestamp {
    type Output = Self;

    // Not inlined: it is in every deadline.
    #[inline(never)]
    fn add(self, span: Duration) -> Self {
        let span = Self::from_origin(span).nanoseconds;
        Self {
            nanoseconds: self.nanoseconds.saturating_add(span),
        }
    }
}

/// When something happened, and a random number for what is decided then.
#[derive(Clone, Copy, Debug)]
pub struct At {
    /// The moment.
    pub now: Timestamp,
    /// A random number from 0 (included) to 1 (excluded), drawn for this input.
    pub random: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_moment_up_to_the_last_is_told_from_the_next() {
        let last = Timestamp::from_origin(Duration::MAX).since_origin();
        assert_eq!(last, Duration::from_nanos(u64::MAX));
        let nanosecond = Duration::from_nanos(1);
        let second_before = Duration::from_secs(last.as_secs());
        for moment in [
            second_before - nanosecond,
            second_before,
            last - nanosecond,
            last,
        ] {
            assert_eq!(Timestamp::from_origin(moment).since_origin(), moment);
        }
        for moment in [last + nanosecond, last + Duration::from_secs(1)] {
            assert_eq!(Timestamp::from_origin(moment).since_origin(), last);
        }
    }
}
