//! Runs the contenders in a headless Chromium, and prints what they took.

#[cfg(not(target_family = "wasm"))]
mod runner;

#[cfg(not(target_family = "wasm"))]
fn main() {
    runner::main();
}

#[cfg(target_family = "wasm")]
fn main() {}
