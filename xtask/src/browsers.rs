//! The browsers that the tests run in, and their drivers.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result};

use crate::{
    process::{self, say},
    setup::{Tool, find_on_path},
};

const CHROMIUM: &[&str] = &["chromium", "chromium-browser", "google-chrome", "chrome"];
const CHROMEDRIVER: &[&str] = &["chromedriver"];
const FIREFOX: &[&str] = &["firefox-esr", "firefox"];

/// A browser and the WebDriver server that drives it.
pub(crate) struct Browser {
    pub(crate) binary: PathBuf,
    pub(crate) driver: PathBuf,
}

pub(crate) fn chrome() -> Result<Browser> {
    const MISSING: &str = "no Chromium or no chromedriver on PATH: install both \
        (Debian: apt-get install chromium chromium-driver)";
    Ok(Browser {
        binary: find(CHROMIUM).context(MISSING)?,
        driver: find(CHROMEDRIVER).context(MISSING)?,
    })
}

pub(crate) fn firefox() -> Result<Browser> {
    const MISSING: &str = "no Firefox on PATH: install it (Debian: apt-get install firefox-esr)";
    Ok(Browser {
        binary: find(FIREFOX).context(MISSING)?,
        driver: Tool::geckodriver().get()?,
    })
}

/// Installs the browsers that are wanted and missing, where that can be done without asking: as root, with apt.
pub(crate) fn install_missing(chrome: bool, firefox: bool) -> Result<()> {
    let packages: Vec<_> = [
        (chrome, CHROMIUM, "chromium"),
        (chrome, CHROMEDRIVER, "chromium-driver"),
        (firefox, FIREFOX, "firefox-esr"),
    ]
    .into_iter()
    .filter(|(wanted, names, _)| *wanted && find(names).is_none())
    .map(|(.., package)| package)
    .collect();
    if packages.is_empty() || !is_root() || find_on_path("apt-get").is_none() {
        return Ok(());
    }
    say(format_args!(
        "installing {} with apt (about 1 minute, once)…",
        packages.join(", ")
    ));
    process::run(apt_get().arg("update"))?;
    process::run(
        apt_get()
            .args(["install", "--yes", "--no-install-recommends"])
            .args(packages),
    )
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command
        .args(["--quiet", "--option", "DPkg::Lock::Timeout=300"])
        .env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn find(names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| find_on_path(name))
}

#[cfg(unix)]
fn is_root() -> bool {
    nix::unistd::Uid::effective().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
