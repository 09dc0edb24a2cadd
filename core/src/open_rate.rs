//! How often sources open.

use crate::{Span, Timestamp};

/// Limits how often sources open one URL, so that a page that opens them in a loop does not flood its server.
///
/// [`BURST`](Self::BURST) sources may open at once. After that, one may in each [`INTERVAL`](Self::INTERVAL). A body has
/// one `OpenRate` for each URL, and asks it before the first [`Connect`](crate::Output::Connect) of each source.
///
/// ```
/// use typed_eventsource_core::{OpenRate, Span, Timestamp};
///
/// let mut rate = OpenRate::default();
/// let now = Timestamp::from_origin(Span::ZERO);
/// for _ in 0..OpenRate::BURST {
///     assert_eq!(rate.open(now), Ok(()));
/// }
/// assert_eq!(rate.open(now), Err(OpenRate::INTERVAL));
/// assert_eq!(rate.open(now + OpenRate::INTERVAL), Ok(()));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenRate {
    recovered_at: Timestamp,
}

impl OpenRate {
    /// How many sources may open at once.
    pub const BURST: u32 = 20;

    /// How long it takes until one more may.
    pub const INTERVAL: Span = Span::from_secs(1);

    /// How long it takes until a whole burst may.
    const RECOVERY: Span = Span::from_nanos(Self::INTERVAL.as_nanos() * Self::BURST as u64);

    /// The rate at which a whole burst may open at this moment.
    pub const fn recovered_at(moment: Timestamp) -> Self {
        Self {
            recovered_at: moment,
        }
    }

    /// When a whole burst may open. From then on it makes no difference whether the body forgets this.
    pub const fn recovers_at(self) -> Timestamp {
        self.recovered_at
    }

    /// Opens a source.
    ///
    /// # Errors
    ///
    /// How long the source has to wait before it asks again. It has not opened, and does not count.
    pub fn open(&mut self, now: Timestamp) -> Result<(), Span> {
        let recovered_at = self.recovered_at.max(now) + Self::INTERVAL;
        let latest = now + Self::RECOVERY;
        if recovered_at > latest {
            return Err(recovered_at.since(latest));
        }
        self.recovered_at = recovered_at;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of 110 sources may open after this many seconds.
    fn opened(rate: &mut OpenRate, seconds: u64) -> usize {
        let now = Timestamp::from_origin(Span::from_secs(seconds));
        (0..110).filter(|_| rate.open(now).is_ok()).count()
    }

    #[test]
    fn a_burst_may_open_at_once_and_then_one_in_each_interval() {
        let mut rate = OpenRate::default();
        assert_eq!([0, 0, 1, 4].map(|at| opened(&mut rate, at)), [20, 0, 1, 3]);
        assert_eq!([23, 60].map(|at| opened(&mut rate, at)), [19, 20]);
    }

    #[test]
    fn sources_that_wait_do_not_lengthen_the_wait() {
        let mut rate = OpenRate::default();
        opened(&mut rate, 0);
        assert_eq!(rate.open(Timestamp::default()), Err(OpenRate::INTERVAL));
    }
}
