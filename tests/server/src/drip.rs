//! A byte at a time.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// A text, of which one byte is sent after the other, each after the same while.
#[derive(Debug)]
pub(crate) struct Drip {
    interval: Interval,
    left: Bytes,
}

impl Drip {
    /// The first byte is due at once.
    pub(crate) fn new(every: Duration, text: String) -> Self {
        let mut interval = interval(every);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            interval,
            left: text.into(),
        }
    }

    /// The next byte, as soon as it is due.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        if self.left.is_empty() {
            return None;
        }
        self.interval.tick().await;
        Some(self.left.split_to(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_byte_has_its_time() {
        let begin = tokio::time::Instant::now();
        let mut drip = Drip::new(Duration::from_secs(1), "aé".into());
        for byte in [b'a', 0xc3, 0xa9] {
            assert_eq!(drip.next().await.as_deref(), Some(&[byte][..]));
        }
        assert_eq!(drip.next().await, None);
        assert_eq!(begin.elapsed(), Duration::from_secs(2));
    }
}
