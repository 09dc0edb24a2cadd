//! Limits how often a client may do something.

use std::{collections::HashMap, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::request::Refusal;

/// The most clients with a separate budget. All further clients share one budget.
const MOST_CLIENTS: usize = 256;

/// How often each client may do something, and how often all clients together: a client could use many ids.
#[derive(Debug)]
pub(crate) struct Rates {
    pub(crate) each: Rate,
    pub(crate) all: Rate,
}

impl Rates {
    /// Takes one from the client's budget and from the common one.
    ///
    /// # Errors
    ///
    /// If nothing is left.
    pub(crate) fn take(&self, client: &str) -> Result<(), Refusal> {
        let taken = self.each.take(client).and_then(|()| self.all.take(""));
        taken.map_err(Refusal::too_often)
    }
}

/// A budget for each client: `burst` at once, and then one after each `interval`.
#[derive(Debug)]
pub(crate) struct Rate {
    burst: u32,
    /// The time after which the budget grows by one.
    interval: Duration,
    /// When each client has its whole budget again.
    full_at: Mutex<HashMap<String, Instant>>,
}

impl Rate {
    pub(crate) fn new(burst: u32, per_second: f64) -> Self {
        Self {
            burst,
            interval: Duration::from_secs_f64(1.0 / per_second),
            full_at: Mutex::default(),
        }
    }

    /// Takes one from a client's budget.
    ///
    /// # Errors
    ///
    /// If nothing is left, with how long the client has to wait.
    fn take(&self, client: &str) -> Result<(), Duration> {
        let now = Instant::now();
        let mut full_at = self.full_at.lock();
        if full_at.len() >= MOST_CLIENTS {
            full_at.retain(|_, at| *at > now);
        }
        let is_known = full_at.len() < MOST_CLIENTS || full_at.contains_key(client);
        let client = if is_known { client } else { "" };
        let at = full_at.entry(client.to_owned()).or_insert(now);
        let next = now.max(*at) + self.interval;
        let wait = next.saturating_duration_since(now + self.burst * self.interval);
        if !wait.is_zero() {
            return Err(wait);
        }
        *at = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn a_client_has_a_burst_and_then_a_number_a_second() {
        let rate = Rate::new(2, 4.0);
        assert_eq!([rate.take("a"), rate.take("a")], [Ok(()), Ok(())]);
        assert_eq!(rate.take("a"), Err(Duration::from_millis(250)));
        assert_eq!(rate.take("b"), Ok(()));
        advance(Duration::from_millis(250)).await;
        assert_eq!(rate.take("a"), Ok(()));
        assert!(rate.take("a").is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn clients_beyond_the_limit_share_one_budget_and_no_more_memory() {
        let rate = Rate::new(1, 1.0);
        for number in 0..MOST_CLIENTS {
            assert_eq!(rate.take(&number.to_string()), Ok(()));
        }
        assert_eq!(rate.take("one more"), Ok(()));
        assert!(rate.take("and another").is_err());
        assert!(rate.full_at.lock().len() <= MOST_CLIENTS + 1);
        advance(Duration::from_secs(1)).await;
        assert_eq!(rate.take("and another"), Ok(()));
        assert_eq!(rate.full_at.lock().len(), 1);
    }
}
