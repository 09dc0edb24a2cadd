//! The browsers that the tests run in, and their drivers.

use std::{path::PathBuf, str::FromStr};

use anyhow::{Context, Result};

use crate::{
    apt,
    setup::{Tool, find_on_path},
};

const CHROMIUM: &[&str] = &["chromium", "chromium-browser", "google-chrome", "chrome"];
const CHROMEDRIVER: &[&str] = &["chromedriver"];
const FIREFOX: &[&str] = &["firefox-esr", "firefox"];

/// Which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Chrome,
    Firefox,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chrome => "chrome",
            Self::Firefox => "firefox",
        }
    }
}

impl FromStr for Kind {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let kinds = [Self::Chrome, Self::Firefox].into_iter();
        let mut named = kinds.filter(|kind| kind.name() == name);
        named.next().ok_or("the browsers are chrome and firefox")
    }
}

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

/// The variables that tell a program which browsers to run: this one alone, or both. They are there before it is built.
pub(crate) fn variables(only: Option<Kind>) -> Result<Vec<(&'static str, PathBuf)>> {
    let wants = |kind| only.is_none_or(|only| only == kind);
    let (wants_chrome, wants_firefox) = (wants(Kind::Chrome), wants(Kind::Firefox));
    install_missing(wants_chrome, wants_firefox)?;
    let mut variables = Vec::new();
    if wants_chrome {
        let Browser { binary, driver } = chrome()?;
        variables.extend([("CHROMIUM", binary), ("CHROMEDRIVER", driver)]);
    }
    if wants_firefox {
        let Browser { binary, driver } = firefox()?;
        variables.extend([("FIREFOX", binary), ("GECKODRIVER", driver)]);
    }
    Ok(variables)
}

/// Prints the variables of both, a line for each.
pub(crate) fn print() -> Result<()> {
    for (name, path) in variables(None)? {
        println!("{name}={}", path.display());
    }
    Ok(())
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
    apt::install(&packages).with_context(|| {
        let packages = packages.join(" ");
        format!("install the browsers by hand, with their drivers ({packages} in Debian)")
    })
}

fn find(names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| find_on_path(name))
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn a_browser_is_known_by_its_name() {
        for kind in [Kind::Chrome, Kind::Firefox] {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert!("safari".parse::<Kind>().is_err());
    }
}
