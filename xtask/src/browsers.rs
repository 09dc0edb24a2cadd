//! The browsers that the tests run in, and their drivers.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{
    apt,
    display::{self, Display},
    process::say,
    setup::{self, find_on_path},
};

const CHROMIUM: &[&str] = &["chromium", "chromium-browser", "google-chrome", "chrome"];
const CHROMEDRIVER: &[&str] = &["chromedriver"];
const FIREFOX: &[&str] = &["firefox-esr", "firefox"];
const WEBKITDRIVER: &[&str] = &["WebKitWebDriver"];
const DISPLAY_SERVER: &[&str] = &[display::SERVER];

/// The kind of a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    Chrome,
    Firefox,
    /// WebKitGTK, the engine of Safari on Linux, in its MiniBrowser.
    Webkit,
}

/// A browser and the WebDriver server that drives it.
pub(crate) struct Browser {
    /// `None` if the driver knows where it is.
    pub(crate) binary: Option<PathBuf>,
    pub(crate) driver: PathBuf,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Chrome, Self::Firefox, Self::Webkit];
    /// The browsers that the suites run in which need more than a page.
    pub(crate) const BOTH: [Self; 2] = [Self::Chrome, Self::Firefox];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chrome => "chrome",
            Self::Firefox => "firefox",
            Self::Webkit => "webkit",
        }
    }

    /// Finds the browser and its driver.
    pub(crate) fn find(self) -> Result<Browser> {
        const NO_CHROMIUM: &str = "no Chromium or no chromedriver on PATH: install both \
            (Debian: apt-get install chromium chromium-driver)";
        const NO_FIREFOX: &str =
            "no Firefox on PATH: install it (Debian: apt-get install firefox-esr)";
        const NO_WEBKIT: &str = "no WebKitWebDriver or no Xvfb on PATH: install WebKitGTK with both \
            (Debian: apt-get install webkit2gtk-driver xvfb)";
        Ok(match self {
            Self::Chrome => Browser {
                binary: Some(first_on_path(CHROMIUM).context(NO_CHROMIUM)?),
                driver: first_on_path(CHROMEDRIVER).context(NO_CHROMIUM)?,
            },
            Self::Firefox => Browser {
                binary: Some(first_on_path(FIREFOX).context(NO_FIREFOX)?),
                driver: setup::GECKODRIVER.get()?,
            },
            Self::Webkit => {
                first_on_path(DISPLAY_SERVER).context(NO_WEBKIT)?;
                Browser {
                    binary: None,
                    driver: first_on_path(WEBKITDRIVER).context(NO_WEBKIT)?,
                }
            }
        })
    }

    /// A display for a browser that has no headless mode.
    pub(crate) fn display(self) -> Result<Option<Display>> {
        match self {
            Self::Chrome | Self::Firefox => Ok(None),
            Self::Webkit => Display::start().map(Some),
        }
    }

    /// The environment variables for the paths of the browser and of its driver.
    fn variables(self) -> [&'static str; 2] {
        match self {
            Self::Chrome => ["CHROMIUM", "CHROMEDRIVER"],
            Self::Firefox => ["FIREFOX", "GECKODRIVER"],
            Self::Webkit => ["MINIBROWSER", "WEBKITDRIVER"],
        }
    }
}

/// The environment variables that tell a test program which browsers to run. The program needs them when it is built.
pub(crate) fn variables(kinds: &[Kind]) -> Result<Vec<(&'static str, PathBuf)>> {
    install_missing(kinds)?;
    let mut variables = Vec::new();
    for kind in kinds {
        let browser = kind.find()?;
        let paths = [browser.binary, Some(browser.driver)];
        let found = kind.variables().into_iter().zip(paths);
        variables.extend(found.filter_map(|(name, path)| Some((name, path?))));
    }
    Ok(variables)
}

/// Prints the variables of all browsers, each on a line. Of a browser that is missing, it says what to install.
pub(crate) fn print() {
    for kind in Kind::ALL {
        match variables(&[kind]) {
            Ok(variables) => {
                for (name, path) in variables {
                    println!("{name}={}", path.display());
                }
            }
            Err(error) => say(format_args!("{error:#}")),
        }
    }
}

/// Installs missing browsers if xtask runs as root and finds apt.
pub(crate) fn install_missing(kinds: &[Kind]) -> Result<()> {
    let packages: Vec<_> = [
        (Kind::Chrome, CHROMIUM, "chromium"),
        (Kind::Chrome, CHROMEDRIVER, "chromium-driver"),
        (Kind::Firefox, FIREFOX, "firefox-esr"),
        (Kind::Webkit, WEBKITDRIVER, "webkit2gtk-driver"),
        (Kind::Webkit, DISPLAY_SERVER, "xvfb"),
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
