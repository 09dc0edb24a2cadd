//! A stream whose items come at regular times.

use std::time::Duration;

use async_fn_stream::fn_stream;
use futures_util::Stream;
use tokio::time::{MissedTickBehavior, interval};

/// Yields the items with `every` milliseconds from one to the next. The first is due at once.
pub(crate) fn at_intervals<T>(
    every: u64,
    items: impl IntoIterator<Item = T>,
) -> impl Stream<Item = T> {
    fn_stream(|emitter| async move {
        let mut interval = interval(Duration::from_millis(every));
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for item in items {
            interval.tick().await;
            emitter.emit(item).await;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn items_come_at_regular_times() {
        let begin = Instant::now();
        let times = at_intervals(20, "abc".bytes()).map(|byte| (byte, begin.elapsed().as_millis()));
        let times: Vec<_> = times.collect().await;
        assert_eq!(times, [(b'a', 0), (b'b', 20), (b'c', 40)]);
        assert_eq!(begin.elapsed().as_millis(), 40);
    }
}
