//! Runs the stress tests of both clients in headless browsers, and prints the results.

#[cfg(not(target_family = "wasm"))]
mod runner;

#[cfg(not(target_family = "wasm"))]
fn main() -> anyhow::Result<std::process::ExitCode> {
    runner::main()
}

#[cfg(target_family = "wasm")]
fn main() {}
