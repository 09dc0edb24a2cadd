//! The browsers that the tests run in, and their drivers.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{
    apt,
    setup::{self, find_on_path},
};

const CHROMIUM: &[&str] = &["chromium", "chromium-browser", "google-chrome", "chrome"];
const CHROMEDRIVER: &[&str] = &["chromedriver"];
const FIREFOX: &[&str] = &["firefox-esr", "firefox"];

/// The kind of a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    Chrome,
    Firefox,
}

/// A browser and the WebDriver server that drives it.
pub(crate) struct Browser {
    pub(crate) binary: PathBuf,
    pub(crate) driver: PathBuf,
}

impl Kind {
    pub(crate) const BOTH: [Self; 2] = [Self::Chrome, Self::Firefox];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chrome => "chrome",
            Self::Firefox => "firefox",
        }
    }

    /// Finds the browser and its driver.
    pub(crate) fn find(self) -> Result<Browser> {
        const NO_CHROMIUM: &str = "no Chromium or no chromedriver on PATH: install both \
            (Debian: apt-get install chromium chromium-driver)";
        const NO_FIREFOX: &str =
            "no Firefox on PATH: install it (Debian: apt-get install firefox-esr)";
        Ok(match self {
            Self::Chrome => Browser {
                binary: first_on_path(CHROMIUM).context(NO_CHROMIUM)?,
                driver: first_on_path(CHROMEDRIVER).context(NO_CHROMIUM)?,
            },
            Self::Firefox => Browser {
                binary: first_on_path(FIREFOX).context(NO_FIREFOX)?,
                driver: setup::GECKODRIVER.get()?,
            },
        })
    }
}

/// The environment variables that tell a test program which browsers to run. The program needs them when it is built.
pub(crate) fn variables(kinds: &[Kind]) -> Result<Vec<(&'static str, PathBuf)>> {
    install_missing(kinds)?;
    let mut variables = Vec::new();
    for kind in kinds {
        let Browser { binary, driver } = kind.find()?;
        variables.extend(match kind {
            Kind::Chrome => [("CHROMIUM", binary), ("CHROMEDRIVER", driver)],
            Kind::Firefox => [("FIREFOX", binary), ("GECKODRIVER", driver)],
        });
    }
    Ok(variables)
}

/// Prints the variables of both browsers, each on a line.
pub(crate) fn print() -> Result<()> {
    for (name, path) in variables(&Kind::BOTH)? {
        println!("{name}={}", path.display());
    }
    Ok(())
}

/// Installs missing browsers if xtask runs as root and finds apt.
pub(crate) fn install_missing(kinds: &[Kind]) -> Result<()> {
    let packages: Vec<_> = [
        (Kind::Chrome, CHROMIUM, "chromium"),
        (Kind::Chrome, CHROMEDRIVER, "chromium-driver"),
        (Kind::Firefox, FIREFOX, "firefox-esr"),
    ]
    .into_iter()
    .filter(|(kind, names, _)| kinds.contains(kind) && first_on_path(names).is_none())
    .map(|(.., package)| package)
    .collect();
    apt::install(&packages).with_context(|| {
        let packages = packages.join(" ");
        format!("install the browsers by hand, with their drivers ({packages} in Debian)")
    })
}

fn first_on_path(names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| find_on_path(name))
}
