//! A server that means harm.

mod answers;
mod attacks;
mod nested;
mod retries;
#[cfg(feature = "fetch")]
mod turns;

use super::support::{Script, Seen};

/// How many attempts were made in the first so many milliseconds, as the server's clock has it.
///
/// The server notes an attempt before it answers, and no other is made before that: what waits between attempts is seen to
/// be no shorter than it is, however busy the machine.
async fn attempts_within(milliseconds: u64, script: &Script) -> usize {
    let seen = script.seen_attempts(1).await;
    let first = seen[0].opened_ms;
    let is_within = |one: &&Seen| one.opened_ms - first < milliseconds;
    seen.iter().filter(is_within).count()
}
