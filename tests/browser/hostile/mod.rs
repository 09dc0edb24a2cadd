//! Tests before a hostile server.

mod answers;
mod attacks;
mod nested;
mod retries;
#[cfg(feature = "fetch")]
mod turns;

use super::support::{Script, SeenAttempt};

/// How many attempts were made in the first `milliseconds`, by the server's clock.
///
/// The server notes an attempt before it answers, and the client makes the next one only after the answer. So even on a busy machine
/// the waits between attempts never look shorter than they are.
async fn attempts_within(milliseconds: u64, script: &Script) -> usize {
    let seen = script.seen_attempts(1).await;
    let first = seen[0].opened_ms;
    let is_within = |attempt: &&SeenAttempt| attempt.opened_ms - first < milliseconds;
    seen.iter().filter(is_within).count()
}
