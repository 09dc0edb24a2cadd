//! `cargo xtask chaos`, `cargo xtask hostile` and `cargo xtask soak`: stress tests of both clients in headless browsers.

use std::{path::Path, process::Command, slice};

use anyhow::Result;
use clap::ValueEnum;

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
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Chaos {
    #[command(subcommand)]
    other: Option<OtherChaos>,
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

/// What `chaos` can do in place of following streams that fail.
#[derive(clap::Subcommand)]
enum OtherChaos {
    /// Check that tabs which share a connection miss no event while tabs, their worker and the connection fail in every way, for
    /// a quarter of an hour in each way and browser
    Tabs(Tabs),
}

/// The options of `chaos tabs`.
#[derive(clap::Args)]
struct Tabs {
    /// How many steps there are in each way and browser; 1000 by default, and half as many for `plain-http` and `own`
    #[arg(long)]
    steps: Option<usize>,
    /// The seed of an earlier run, to repeat it
    #[arg(long)]
    seed: Option<String>,
    /// Run in only this browser
    #[arg(long)]
    browser: Option<Kind>,
    /// Share in only this way
    #[arg(long)]
    way: Option<Way>,
    /// Fail if a tab is without events for more than a second, which on a busy machine may be no fault
    #[arg(long)]
    strict: bool,
    /// Run the fewer steps that `cargo xtask test` does
    #[arg(long)]
    short: bool,
}

/// How tabs share a connection.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Way {
    /// By a shared worker
    Worker,
    /// By a shared worker, in pages over plain HTTP, which have no locks
    PlainHttp,
    /// By locks and a channel, without shared workers
    Locks,
    /// Each tab has a separate connection, where there are neither shared workers nor locks
    Own,
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
    if let Some(OtherChaos::Tabs(options)) = &options.other {
        return tabs(options);
    }
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

/// Has tabs that share a connection fail.
fn tabs(options: &Tabs) -> Result<()> {
    let mut runner = runner(Build::Checked, "chaos", options.browser)?;
    npm::build()?;
    runner.arg("tabs");
    if let Some(steps) = options.steps {
        runner.args(["--steps", &steps.to_string()]);
    }
    if let Some(seed) = &options.seed {
        runner.args(["--seed", seed]);
    }
    if let Some(way) = options.way.and_then(|way| way.to_possible_value()) {
        runner.args(["--way", way.get_name()]);
    }
    for (option, is_given) in [("--strict", options.strict), ("--short", options.short)] {
        runner.args(is_given.then_some(option));
    }
    process::run(runner.args(browser_argument(options.browser)))
}

/// Follows short chaotic streams, and has tabs fail for a while. The npm package has to be built before.
pub(crate) fn short_chaos(tally: &mut Tally) -> Result<()> {
    let mut runner = runner(Build::Checked, "chaos", None)?;
    build_page(Build::Checked)?;
    let streams = tally.count(runner.arg("--short"), "");
    let mut runner = self::runner(Build::Checked, "chaos", None)?;
    let tabs = tally.count(runner.args(["tabs", "--short"]), "");
    streams.and(tabs)
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
