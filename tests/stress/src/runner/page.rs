//! The page in its browser, and the server that it comes from.

use std::{
    fs,
    panic::AssertUnwindSafe,
    path::Path,
    process::{self, Command},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use futures::FutureExt;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::timeout;
use typed_eventsource_e2e::{Browser, Kind};
use typed_eventsource_server::{Config, Server};

/// Where the page is, from the workspace's root.
const FOLDER: &str = "target/stress/page";
const PREPARE: &str = include_str!("../../page/prepare.js");
/// How long a browser may take to go.
const GRACE: Duration = Duration::from_secs(20);

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

    /// Opens the page again, in Chromium: with empty memories, and its timers are counted.
    pub(crate) async fn open_prepared(&self) {
        self.browser.goto_prepared(&self.url(), PREPARE).await;
        self.browser.until("window.stress").await;
    }

    fn url(&self) -> String {
        format!("{}/pages/index.html", self.server.origin())
    }

    /// Ends the browser and the server. A browser whose page is frozen does not hear its driver, and is made to.
    pub(crate) async fn close(self) {
        let closing = AssertUnwindSafe(self.browser.close()).catch_unwind();
        if !matches!(timeout(GRACE, closing).await, Ok(Ok(()))) {
            kill(&descendants(process::id()));
        }
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

/// The driver, the browser and the processes of its pages, where `/proc` tells of them.
fn descendants(parent: u32) -> Vec<u32> {
    let mut all = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let number = |name| {
            let rest = status.lines().find_map(|line| line.strip_prefix(name));
            rest.and_then(|rest| rest.trim().parse().ok())
        };
        if number("PPid:") == Some(parent) {
            let child = number("Pid:");
            all.extend(child);
            all.extend(child.into_iter().flat_map(descendants));
        }
    }
    all
}

/// An error means that they are gone already.
fn kill(processes: &[u32]) {
    let processes = processes.iter().map(u32::to_string);
    let words = ["kill -KILL".to_owned()].into_iter().chain(processes);
    let line = words.collect::<Vec<_>>().join(" ");
    let _ = Command::new("sh").args(["-c", &line]).status();
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_has_been_started_is_found_and_ended() {
        let mut shell = Command::new("sh")
            .args(["-c", "sleep 600; true"])
            .spawn()
            .expect("a shell");
        let deadline = Instant::now() + Duration::from_secs(120);
        while descendants(shell.id()).is_empty() {
            assert!(Instant::now() < deadline, "no `sleep`");
        }
        let both = [vec![shell.id()], descendants(shell.id())].concat();
        assert_eq!(both.len(), 2);
        kill(&both);
        assert!(!shell.wait().expect("its end").success());
    }
}
