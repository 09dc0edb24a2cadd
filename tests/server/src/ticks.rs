//! Events in time with a clock.

use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// A text sent again and again after the same while, its `{n}` counting up and its `{now}` telling the time.
#[derive(Debug)]
pub(crate) struct Ticks {
    interval: Interval,
    text: String,
    next: u32,
    times: u32,
}

impl Ticks {
    /// The first is due at once.
    pub(crate) fn new(times: u32, every: Duration, text: String) -> Self {
        let mut interval = interval(every);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            interval,
            text,
            next: 0,
            times,
        }
    }

    /// The next one, as soon as it is due.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        if self.next == self.times {
            return None;
        }
        self.interval.tick().await;
        let text = self.text.replace("{n}", &self.next.to_string());
        self.next += 1;
        Some(text.replace("{now}", &microseconds().to_string()).into())
    }
}

/// Since 1970, by the machine's own clock.
fn microseconds() -> u128 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_micros()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn counts_and_keeps_time() {
        let begin = tokio::time::Instant::now();
        let mut ticks = Ticks::new(3, Duration::from_millis(20), "{n};".into());
        for n in 0..3 {
            assert_eq!(ticks.next().await, Some(format!("{n};").into()));
        }
        assert_eq!(ticks.next().await, None);
        assert_eq!(begin.elapsed(), Duration::from_millis(40));
    }

    #[tokio::test]
    async fn tells_when_each_is_sent() {
        let before = microseconds();
        let mut ticks = Ticks::new(2, Duration::from_millis(5), "{now}".into());
        let mut time = async || {
            let text = ticks.next().await.expect("there is one");
            let text = String::from_utf8(text.into()).expect("text");
            text.parse::<u128>().expect("microseconds")
        };
        let (first, second) = (time().await, time().await);
        assert!(before <= first && first < second && second <= microseconds());
    }
}
