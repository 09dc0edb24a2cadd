//! `cargo xtask chaos`, `cargo xtask hostile` and `cargo xtask soak`: stress tests of both clients in headless browsers.

use std::{path::Path, process::Command, slice};

use anyhow::Result;

use crate::{
    browsers::{self, Kind},
    files, npm, process,
    report::Tally,
    setup,
};

const PACKAGE: &str = "typed-eventsource-stress";
const CRATE_FOLDER: &str = "tests/stress";
const PAGE_FOLDER: &str = "target/stress/page";

/// How the client in Rust and the runner are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Build {
    /// With debug assertions.
    Checked,
    /// As for production.
    Fast,
}

/// The options of `chaos`.
#[derive(clap::Args)]
pub(crate) struct Chaos {
    /// The seed of an earlier run, to repeat it
    #[arg(long)]
    seed: Option<String>,
    /// Follow only the stream of this name
    #[arg(long)]
    stream: Option<String>,
    /// Run in only this browser
    #[arg(long)]
    browser: Option<Kind>,
    /// Follow the shorter streams that `cargo xtask test` does
    #[arg(long)]
    short: bool,
}

/// The options of `hostile`.
#[derive(clap::Args)]
pub(crate) struct Hostile {
    /// By default every attack, or only those whose names begin with one of these, such as `line` or `hang-up`
    #[arg(value_name = "attack")]
    attacks: Vec<String>,
    /// Run in only this browser
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
    process::run(runner.args(browser_argument(options.browser)))
}

/// Follows short chaotic streams. The npm package has to be built before.
pub(crate) fn short_chaos(tally: &mut Tally) -> Result<()> {
    let mut runner = runner(Build::Checked, "chaos", None)?;
    build_page(Build::Checked)?;
    tally.count(runner.arg("--short"), "")
}

/// Plays the attacks of a hostile server.
pub(crate) fn hostile(options: &Hostile) -> Result<()> {
    let mut runner = runner(Build::Checked, "hostile", options.browser)?;
    npm::build()?;
    build_page(Build::Fast)?;
    process::run(
        runner
            .args(&options.attacks)
            .args(browser_argument(options.browser)),
    )
}

/// Runs these parts of the soak test, or all.
pub(crate) fn soak(parts: &[String]) -> Result<()> {
    let mut runner = runner(Build::Fast, "soak", Some(Kind::Chrome))?;
    npm::build()?;
    build_page(Build::Fast)?;
    process::run(runner.args(parts))
}

fn build_page(build: Build) -> Result<()> {
    let page = Path::new(PAGE_FOLDER);
    files::remove(page)?;
    files::copy(&Path::new(CRATE_FOLDER).join("page"), page)?;
    let mut wasm_pack = setup::wasm_pack(&[])?;
    wasm_pack
        .args([
            "build",
            CRATE_FOLDER,
            "--target",
            "web",
            "--mode",
            "no-install",
        ])
        .args([
            "--out-dir",
            &format!("../../{PAGE_FOLDER}/rust"),
            "--no-opt",
        ])
        .arg(match build {
            Build::Checked => "--dev",
            Build::Fast => "--release",
        });
    process::run(&mut wasm_pack)
}

/// The argument that has the runner use only this browser.
fn browser_argument(browser: Option<Kind>) -> Option<String> {
    browser.map(|kind| format!("--browser={}", kind.name()))
}

/// The runner of this command, with the environment variables for this browser, or for both.
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
