//! `cargo xtask chaos`, `cargo xtask hostile` and `cargo xtask soak`: both clients under fire in headless browsers.

use std::{path::Path, process::Command, slice};

use anyhow::Result;

use crate::{
    browsers::{self, Kind},
    files, npm, process,
    report::Tally,
    setup,
};

const PACKAGE: &str = "typed-eventsource-stress";
const SOURCE: &str = "tests/stress";
const PAGE: &str = "target/stress/page";

/// How the client in Rust and the runner are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Build {
    /// With every check that there is.
    Checked,
    /// As an app for production is.
    Fast,
}

/// What chaos is told on the command line.
#[derive(clap::Args)]
pub(crate) struct Chaos {
    /// That of a run before
    #[arg(long)]
    seed: Option<String>,
    /// Only the stream of this name
    #[arg(long)]
    stream: Option<String>,
    /// Both by default
    #[arg(long)]
    browser: Option<Kind>,
    /// What `test` does
    #[arg(long)]
    short: bool,
}

/// What a hostile server is told on the command line.
#[derive(clap::Args)]
pub(crate) struct Hostile {
    /// Every attack by default, or only those whose names begin like one of these, such as `line` or `hang-up`
    #[arg(value_name = "attack")]
    attacks: Vec<String>,
    /// Both by default
    #[arg(long)]
    browser: Option<Kind>,
}

/// Follows chaotic streams.
pub(crate) fn chaos(options: &Chaos) -> Result<()> {
    let mut runner = runner(Build::Checked, "chaos", options.browser)?;
    npm::build()?;
    build_page(Build::Checked)?;
    for (option, value) in [("--seed", &options.seed), ("--stream", &options.stream)] {
        runner.args(value.iter().flat_map(|value| [option, value]));
    }
    if options.short {
        runner.arg("--short");
    }
    process::run(runner.args(only(options.browser)))
}

/// The short form, once the npm package is there.
pub(crate) fn short_chaos(tally: &mut Tally) -> Result<()> {
    let mut runner = runner(Build::Checked, "chaos", None)?;
    build_page(Build::Checked)?;
    tally.count(runner.arg("--short"), "")
}

/// Lets servers that mean harm loose.
pub(crate) fn hostile(options: &Hostile) -> Result<()> {
    let mut runner = runner(Build::Checked, "hostile", options.browser)?;
    npm::build()?;
    build_page(Build::Fast)?;
    process::run(runner.args(&options.attacks).args(only(options.browser)))
}

/// Soaks, with these words for the runner.
pub(crate) fn soak(words: &[String]) -> Result<()> {
    let mut runner = runner(Build::Fast, "soak", Some(Kind::Chrome))?;
    npm::build()?;
    build_page(Build::Fast)?;
    process::run(runner.args(words))
}

fn build_page(build: Build) -> Result<()> {
    let page = Path::new(PAGE);
    files::remove(page)?;
    files::copy(&Path::new(SOURCE).join("page"), page)?;
    let mut wasm_pack = setup::wasm_pack(&[])?;
    wasm_pack
        .args(["build", SOURCE, "--target", "web", "--mode", "no-install"])
        .args(["--out-dir", &format!("../../{PAGE}/rust"), "--no-opt"])
        .arg(match build {
            Build::Checked => "--dev",
            Build::Fast => "--release",
        });
    process::run(&mut wasm_pack)
}

/// The word that tells the runner to take this browser alone.
fn only(browser: Option<Kind>) -> Option<String> {
    browser.map(|kind| format!("--browser={}", kind.name()))
}

/// The runner with this command, and where this browser is, or both.
fn runner(build: Build, command: &str, browser: Option<Kind>) -> Result<Command> {
    let mut runner = Command::new("cargo");
    runner.args(["run", "--quiet", "--package", PACKAGE]);
    if build == Build::Fast {
        runner.arg("--release");
    }
    runner.args(["--", command]);
    runner.envs(browsers::variables(
        browser.as_ref().map_or(&Kind::BOTH, slice::from_ref),
    )?);
    Ok(runner)
}
