//! The page in its browser, and the server that it comes from.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use typed_eventsource_e2e::{Browser, Kind};
use typed_eventsource_server::{Config, Server};

/// Where the page is, from the workspace's root.
const FOLDER: &str = "target/stress/page";
const PREPARE: &str = include_str!("../../page/prepare.js");

pub(crate) struct Page {
    browser: Browser,
    server: Server,
}

impl Page {
    /// Starts the browser, and serves the built page.
    pub(crate) async fn launch(kind: Kind) -> Result<Self> {
        let server = Server::start(Config {
            pages: Some(Path::new(FOLDER).to_owned()),
            pkg: Some("pkg".into()),
            ..Config::default()
        })
        .await
        .context("the server does not start")?;
        let browser = Browser::launch(kind).await;
        Ok(Self { browser, server })
    }

    /// Opens the page.
    pub(crate) async fn open(&self) {
        self.browser.goto(&self.url()).await;
        self.browser.until("window.stress").await;
    }

    /// Opens the page anew, in Chromium: with empty memories, and its timers are counted.
    pub(crate) async fn open_prepared(&self) {
        self.browser.goto_prepared(&self.url(), PREPARE).await;
        self.browser.until("window.stress").await;
    }

    fn url(&self) -> String {
        format!("{}/pages/index.html", self.server.origin())
    }

    pub(crate) async fn close(self) {
        self.browser.close().await;
        self.server.stop().await;
    }

    pub(crate) fn browser(&self) -> &Browser {
        &self.browser
    }

    /// Calls one of the page's functions, such as `chaos.take`: what it answers at once.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        function: &str,
        argument: Value,
    ) -> Result<T> {
        let body = format!("return stress.{function}(argument);");
        let answer = self.browser.try_run(&body, argument).await;
        Ok(serde_json::from_value(answer.map_err(anyhow::Error::msg)?)?)
    }

    /// Begins what takes long; [`done`](Self::done) tells when it is.
    pub(crate) async fn begin(&self, function: &str, argument: Value) -> Result<()> {
        const BEGIN: &str = "const { part, name, argument: task } = argument;
            window.job = undefined;
            stress[part][name](task).then(
                (value = null) => { window.job = { value }; },
                (error) => { window.job = { error: String(error) }; },
            );";
        let (part, name) = function.split_once('.').context("a part and a function")?;
        let argument = json!({ "part": part, "name": name, "argument": argument });
        let begun = self.browser.try_run(BEGIN, argument).await;
        begun.map(drop).map_err(anyhow::Error::msg)
    }

    /// What that has answered, if it has.
    pub(crate) async fn done(&self) -> Result<Option<Value>> {
        let answer = self
            .browser
            .try_run("return window.job;", Value::Null)
            .await;
        let mut job = answer.map_err(anyhow::Error::msg)?;
        if let Some(error) = job.get("error") {
            bail!("the page says: {error}");
        }
        Ok(job.get_mut("value").map(Value::take))
    }

    /// Does what takes long, within that time.
    pub(crate) async fn finish(
        &self,
        function: &str,
        argument: Value,
        patience: Duration,
    ) -> Result<Value> {
        let deadline = Instant::now() + patience;
        self.begin(function, argument).await?;
        loop {
            if let Some(value) = self.done().await? {
                return Ok(value);
            }
            ensure!(Instant::now() < deadline, "not done after {patience:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// What has gone wrong on the page so far.
    pub(crate) async fn troubles(&self) -> Result<Vec<String>> {
        let troubles = self
            .browser
            .try_run("return stress.troubles;", Value::Null)
            .await;
        Ok(serde_json::from_value(
            troubles.map_err(anyhow::Error::msg)?,
        )?)
    }
}
