//! A server that means harm. `cargo xtask hostile` does the same at full size, and measures.

mod answers;
#[cfg(feature = "fetch")]
mod bodies;
mod nested;
mod retries;

use super::support::{Attempt, Script, Step, listen};

/// Waits for so long, as the server's clock has it.
async fn after(milliseconds: u32) {
    let pause = [
        Step::Pause(milliseconds),
        Step::Send("data: 1\n\n".into()),
        Step::Silence,
    ];
    let script = Script::put([Attempt::playing(pause)]).await;
    listen::<u8>(&script.open(), "message").next().await;
}
