//! Runs the contenders in a headless Chromium, and prints what it has measured.

#[cfg(not(target_family = "wasm"))]
mod runner;

#[cfg(not(target_family = "wasm"))]
fn main() -> anyhow::Result<()> {
    runner::main()
}

#[cfg(target_family = "wasm")]
fn main() {}
