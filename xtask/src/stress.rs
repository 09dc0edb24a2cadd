//! `cargo xtask chaos`, `cargo xtask hostile` and `cargo xtask soak`: both clients under fire in headless browsers.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    browsers::{self, Kind},
    npm, process, setup,
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

/// What is told on the command line.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// What is the runner's own business.
    pub(crate) words: Vec<String>,
    /// Both by default.
    pub(crate) browser: Option<Kind>,
}

type Browsers = Vec<(&'static str, PathBuf)>;

/// Follows chaotic streams.
pub(crate) fn chaos(options: &Options) -> Result<()> {
    let browsers = browsers::variables(options.browser)?;
    npm::build()?;
    build_page(Build::Checked)?;
    let mut runner = runner(Build::Checked, "chaos", browsers);
    process::run(runner.args(options.for_runner()))
}

/// The short form, once the npm package is there; each line of its output is shown to `look`.
pub(crate) fn short_chaos(look: impl FnMut(&str)) -> Result<()> {
    let browsers = browsers::variables(None)?;
    build_page(Build::Checked)?;
    let mut runner = runner(Build::Checked, "chaos", browsers);
    process::run_watched(runner.arg("--short"), "", look)
}

/// Lets servers that mean harm loose.
pub(crate) fn hostile(options: &Options) -> Result<()> {
    let browsers = browsers::variables(options.browser)?;
    npm::build()?;
    build_page(Build::Fast)?;
    let mut runner = runner(Build::Checked, "hostile", browsers);
    process::run(runner.args(options.for_runner()))
}

/// Soaks, with these words for the runner.
pub(crate) fn soak(words: &[String]) -> Result<()> {
    let browsers = browsers::variables(Some(Kind::Chrome))?;
    npm::build()?;
    build_page(Build::Fast)?;
    process::run(runner(Build::Fast, "soak", browsers).args(words))
}

impl Options {
    fn for_runner(&self) -> impl Iterator<Item = String> {
        let browser = self
            .browser
            .map(|kind| format!("--browser={}", kind.name()));
        self.words.iter().cloned().chain(browser)
    }
}

fn build_page(build: Build) -> Result<()> {
    let page = Path::new(PAGE);
    if page.exists() {
        fs::remove_dir_all(page).with_context(|| format!("cannot replace {PAGE}"))?;
    }
    npm::copy(&Path::new(SOURCE).join("page"), page)?;
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

fn runner(build: Build, command: &str, browsers: Browsers) -> Command {
    let mut runner = Command::new("cargo");
    runner.args(["run", "--quiet", "--package", PACKAGE]);
    if build == Build::Fast {
        runner.arg("--release");
    }
    runner.args(["--", command]).envs(browsers);
    runner
}
