//! How often somebody may do something.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How many are told apart. Who comes after them shares one budget with all others.
const MOST: usize = 256;

/// So many at once, and so many a second after that, for each who asks.
#[derive(Debug)]
pub(crate) struct Rate {
    burst: f64,
    per_second: f64,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Rate {
    pub(crate) fn new(burst: u32, per_second: f64) -> Self {
        Self {
            burst: f64::from(burst),
            per_second,
            buckets: Mutex::default(),
        }
    }

    /// Takes one.
    ///
    /// # Errors
    ///
    /// How long to wait for the next one.
    pub(crate) fn take(&self, who: &str) -> Result<(), Duration> {
        let now = Instant::now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST {
            buckets.retain(|_, bucket| self.filled(bucket, now) < self.burst);
        }
        let who = if buckets.len() >= MOST && !buckets.contains_key(who) {
            ""
        } else {
            who
        };
        let full = Bucket {
            left: self.burst,
            at: now,
        };
        let bucket = buckets.entry(who.to_owned()).or_insert(full);
        bucket.left = self.filled(bucket, now);
        bucket.at = now;
        if bucket.left < 1.0 {
            return Err(Duration::from_secs_f64(
                (1.0 - bucket.left) / self.per_second,
            ));
        }
        bucket.left -= 1.0;
        Ok(())
    }

    fn filled(&self, bucket: &Bucket, now: Instant) -> f64 {
        let since = now.duration_since(bucket.at).as_secs_f64();
        self.burst.min(bucket.left + since * self.per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn a_burst_then_so_many_a_second() {
        let rate = Rate::new(2, 4.0);
        assert_eq!([rate.take("a"), rate.take("a")], [Ok(()), Ok(())]);
        assert_eq!(rate.take("a"), Err(Duration::from_millis(250)));
        assert_eq!(rate.take("b"), Ok(()));
        advance(Duration::from_millis(250)).await;
        assert_eq!(rate.take("a"), Ok(()));
        assert!(rate.take("a").is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_shares_and_takes_no_more_room() {
        let rate = Rate::new(1, 1.0);
        for who in 0..MOST {
            assert_eq!(rate.take(&who.to_string()), Ok(()));
        }
        assert_eq!(rate.take("one more"), Ok(()));
        assert!(rate.take("and another").is_err());
        assert!(rate.buckets.lock().expect("no panic").len() <= MOST + 1);
        advance(Duration::from_secs(1)).await;
        assert_eq!(rate.take("and another"), Ok(()));
        assert_eq!(rate.buckets.lock().expect("no panic").len(), 1);
    }
}
