//! Puts both clients under fire in headless browsers, and tells what came of it.

#[cfg(not(target_family = "wasm"))]
mod runner;

#[cfg(not(target_family = "wasm"))]
fn main() -> anyhow::Result<std::process::ExitCode> {
    runner::main()
}

#[cfg(target_family = "wasm")]
fn main() {}
