//! Runs the contenders in a headless Chromium, and tells what they took.

#[cfg(not(target_family = "wasm"))]
mod runner;

#[cfg(not(target_family = "wasm"))]
fn main() -> anyhow::Result<()> {
    runner::main()
}

#[cfg(target_family = "wasm")]
fn main() {}
