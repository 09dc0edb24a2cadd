//! A server that means harm. `cargo xtask hostile` does the same at full size, and measures.

mod answers;
#[cfg(feature = "fetch")]
mod bodies;
mod nested;
mod retries;

use super::support::{Attempt, Script, Seen, Step, listen};

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

/// Waits for so long at least.
async fn after(milliseconds: u32) {
    let pause = [
        Step::Pause(milliseconds),
        Step::Send("data: 1\n\n".into()),
        Step::Silence,
    ];
    let script = Script::put([Attempt::playing(pause)]).await;
    listen::<u8>(&script.open(), "message").next().await;
}
