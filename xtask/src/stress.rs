//! `cargo xtask chaos`, `cargo xtask hostile` and `cargo xtask soak`: both clients under fire in headless browsers.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};

use crate::{
    browsers::{self, Browser},
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

/// Follows chaotic streams, with these words for the runner.
pub(crate) fn chaos(words: &[String]) -> Result<()> {
    browsers::install_missing(true, true)?;
    npm::build()?;
    build_page(Build::Checked)?;
    process::run(runner(Build::Checked, "chaos")?.args(words))
}

/// The short form, once the npm package is there; each line of its output is shown to `look`.
pub(crate) fn short_chaos(look: impl FnMut(&str)) -> Result<()> {
    build_page(Build::Checked)?;
    process::run_watched(runner(Build::Checked, "chaos")?.arg("--short"), "", look)
}

/// Lets servers that mean harm loose, with these words for the runner.
pub(crate) fn hostile(words: &[String]) -> Result<()> {
    browsers::install_missing(true, true)?;
    npm::build()?;
    build_page(Build::Fast)?;
    process::run(runner(Build::Checked, "hostile")?.args(words))
}

/// Soaks, with these words for the runner.
pub(crate) fn soak(words: &[String]) -> Result<()> {
    browsers::install_missing(true, false)?;
    npm::build()?;
    build_page(Build::Fast)?;
    process::run(runner(Build::Fast, "soak")?.args(words))
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

fn runner(build: Build, command: &str) -> Result<Command> {
    let Browser { binary, driver } = browsers::chrome()?;
    let mut runner = Command::new("cargo");
    runner.args(["run", "--quiet", "--package", PACKAGE]);
    if build == Build::Fast {
        runner.arg("--release");
    } else {
        let firefox = browsers::firefox()?;
        runner
            .env("FIREFOX", firefox.binary)
            .env("GECKODRIVER", firefox.driver);
    }
    runner
        .args(["--", command])
        .env("CHROMIUM", binary)
        .env("CHROMEDRIVER", driver);
    Ok(runner)
}
