//! The browsers that the tests run in, and their drivers.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{
    apt,
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
    apt::install(&packages)
}

fn find(names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| find_on_path(name))
}
