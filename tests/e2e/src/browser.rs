//! The browsers, and a session with one of them.

use std::{env, fmt, time::Duration};

use fantoccini::{
    Client, ClientBuilder,
    wd::{Capabilities, TimeoutConfiguration, WebDriverCompatibleCommand},
};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde::Deserialize;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::{Result, driver::Driver};

/// How long a script that ends by a call back may run.
const SCRIPT_TIMEOUT: Duration = Duration::from_secs(25);

/// A browser that tests run in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Browser {
    /// Chromium or Chrome. `CHROMEDRIVER` and `CHROMIUM` may name the programs.
    Chromium,
    /// Firefox. `GECKODRIVER` and `FIREFOX` may name the programs.
    Firefox,
}

impl Browser {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Chromium, Self::Firefox];

    pub(crate) fn driver(self) -> String {
        let (variable, program) = match self {
            Self::Chromium => ("CHROMEDRIVER", "chromedriver"),
            Self::Firefox => ("GECKODRIVER", "geckodriver"),
        };
        env::var(variable).unwrap_or_else(|_| program.to_owned())
    }

    fn capabilities(self) -> Capabilities {
        let (name, variable, mut options) = match self {
            Self::Chromium => ("goog:chromeOptions", "CHROMIUM", chromium_options()),
            Self::Firefox => ("moz:firefoxOptions", "FIREFOX", firefox_options()),
        };
        // Unless told, the driver finds its browser by itself.
        if let Ok(binary) = env::var(variable) {
            options["binary"] = binary.into();
        }
        let mut capabilities = Capabilities::new();
        capabilities.insert(name.to_owned(), options);
        if self == Self::Chromium {
            capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
        }
        // A dialog is to be seen by the test, not closed for it.
        capabilities.insert("unhandledPromptBehavior".to_owned(), "ignore".into());
        capabilities
    }
}

impl fmt::Display for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
        })
    }
}

fn chromium_options() -> Value {
    json!({ "args": [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1280,900",
    ] })
}

fn firefox_options() -> Value {
    json!({
        "args": ["-headless", "-width=1280", "-height=900"],
        // It shall not look for anything beyond this machine when it starts.
        "prefs": {
            "app.normandy.enabled": false,
            "browser.topsites.contile.enabled": false,
            "network.captive-portal-service.enabled": false,
            "network.connectivity-service.enabled": false,
            "nimbus.rollouts.enabled": false,
        },
    })
}

/// A browser that is running, with its driver.
#[derive(Debug)]
pub(crate) struct Session {
    browser: Browser,
    client: Client,
    driver: Driver,
}

impl Session {
    pub(crate) async fn start(browser: Browser) -> Result<Self> {
        let driver = Driver::start(browser)?;
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder
            .capabilities(browser.capabilities())
            .connect(driver.address())
            .await?;
        let timeouts = TimeoutConfiguration::new(Some(SCRIPT_TIMEOUT), None, None);
        client.update_timeouts(timeouts).await?;
        Ok(Self {
            browser,
            client,
            driver,
        })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// What scripts have done wrong since this was last asked for, by the browser's own account.
    pub(crate) async fn console_errors(&self) -> Result<Vec<String>> {
        Ok(match self.browser {
            Browser::Chromium => self.chromium_errors().await?,
            Browser::Firefox => {
                let lines = self.driver.take_output().into_iter();
                lines
                    .filter(|line| line.contains("JavaScript error: http://"))
                    .collect()
            }
        })
    }

    /// Everything severe, but that a request failed, which is what the tests are about.
    async fn chromium_errors(&self) -> Result<Vec<String>> {
        let entries = self.client.issue_cmd(BrowserLog).await?;
        let entries: Vec<LogEntry> = serde_json::from_value(entries)?;
        let severe = entries
            .into_iter()
            .filter(|entry| entry.level == "SEVERE" && entry.source != "network");
        Ok(severe.map(|entry| entry.message).collect())
    }

    /// Ends the browser, then its driver.
    pub(crate) async fn close(self) {
        // A browser that is no longer there is as good as closed.
        let _ = self.client.close().await;
        drop(self.driver);
    }
}

#[derive(Deserialize)]
struct LogEntry {
    level: String,
    message: String,
    source: String,
}

/// Chromedriver's command for what the console has.
#[derive(Debug)]
struct BrowserLog;

impl WebDriverCompatibleCommand for BrowserLog {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> std::result::Result<Url, ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}
