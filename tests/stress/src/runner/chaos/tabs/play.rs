//! Carries out the steps in a browser, and collects what the tabs have heard.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::sleep;
use typed_eventsource_e2e::{Browser, DevToolsConnection, Tab};
use typed_eventsource_server::clock::Clock;

use super::{
    plan::{Kind, Number, Step},
    sum::Sum,
};

/// How long it may take until the tabs hear events again, and until connections are closed.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often to look.
const PERIOD: Duration = Duration::from_millis(10);

/// What a tab tells of the time since it was asked last. Times are in milliseconds.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Taken {
    pub(crate) events: u64,
    /// How many ids were missing, and how many came again.
    pub(crate) lost: u64,
    pub(crate) repeated: u64,
    /// The longest time without events.
    pub(crate) longest: f64,
    /// The longest time until the first event, after the tab was opened or went on.
    pub(crate) arrival: f64,
    /// The times without events that are too long, as texts.
    pub(crate) silences: Vec<String>,
    pub(crate) faults: Vec<String>,
    /// When the page was loaded.
    loaded_at: f64,
}

/// A tab that is open.
#[derive(Debug)]
struct OpenTab {
    tab: Tab,
    /// It is frozen or suspended as long as this is there.
    connection: Option<DevToolsConnection>,
}

/// The tabs in their browser.
pub(crate) struct Play<'a> {
    browser: &'a Browser,
    /// A tab that is in front while others fail, and keeps the browser open.
    control: Tab,
    clock: &'a Clock,
    page: String,
    tabs: BTreeMap<Number, OpenTab>,
}

impl<'a> Play<'a> {
    pub(crate) async fn new(browser: &'a Browser, clock: &'a Clock, page: String) -> Self {
        Self {
            browser,
            control: browser.tab().await,
            clock,
            page,
            tabs: BTreeMap::new(),
        }
    }

    pub(crate) async fn carry_out(&mut self, step: Step, sum: &mut Sum) -> Result<()> {
        let Step { kind, tab, .. } = step;
        sum.note_step(step);
        match kind {
            Kind::Open => self.open(tab).await,
            Kind::Cut => self.clock.cut(),
            Kind::KillWorker => self.kill_worker().await,
            Kind::Unfreeze => {
                let state = json!({ "state": "active" });
                self.go_on(tab, "Page.setWebLifecycleState", state).await?;
            }
            Kind::Resume => self.go_on(tab, "Debugger.resume", json!({})).await?,
            _ => {
                // The page's figures are lost with it.
                let loaded_at = self.take(tab, sum).await?;
                self.let_fail(step, loaded_at, sum).await?;
            }
        }
        self.browser.switch_to(&self.control).await;
        Ok(())
    }

    /// Carries out a step on the tab in front.
    async fn let_fail(&mut self, step: Step, loaded_at: f64, sum: &mut Sum) -> Result<()> {
        let (browser, number) = (self.browser, step.tab);
        match step.kind {
            Kind::Reload => browser.reload().await,
            Kind::Navigate => browser.goto("about:blank").await,
            Kind::Back => {
                self.call("leave").await?;
                browser.goto("about:blank").await;
                sleep(step.absence).await;
                browser.back().await;
                browser.until("window.tab").await;
                self.call("arrive").await?;
                let was_kept = self.taken().await?.loaded_at.eq(&loaded_at);
                sum.kept_pages += u64::from(was_kept);
            }
            Kind::Freeze | Kind::Suspend => {
                self.call("leave").await?;
                let mut connection = self.connect_to(number).await?;
                if step.kind == Kind::Freeze {
                    let state = json!({ "state": "frozen" });
                    connection.call("Page.setWebLifecycleState", state).await;
                } else {
                    connection.call("Debugger.enable", json!({})).await;
                    let statement = json!({ "expression": "debugger" });
                    connection.send("Runtime.evaluate", statement).await;
                    connection.until("Debugger.paused").await;
                }
                self.open_tab(number)?.connection = Some(connection);
            }
            Kind::Crash => {
                let mut connection = self.connect_to(number).await?;
                connection.call("Inspector.enable", json!({})).await;
                connection.send("Page.crash", json!({})).await;
                connection.until("Inspector.targetCrashed").await;
                let tab = self.tabs.remove(&number).context("the tab is open")?;
                browser.close_other_tab(&tab.tab).await;
            }
            _ => {}
        }
        if matches!(step.kind, Kind::Close | Kind::Navigate) {
            browser.close_tab(&self.control).await;
            self.tabs.remove(&number);
        }
        Ok(())
    }

    async fn open(&mut self, number: Number) {
        let tab = self.browser.open_tab().await;
        self.browser.goto(&self.page).await;
        let connection = None;
        self.tabs.insert(number, OpenTab { tab, connection });
    }

    async fn kill_worker(&self) {
        let targets = self.browser.devtools("Target.getTargets", json!({})).await;
        let targets = targets["targetInfos"].as_array().into_iter().flatten();
        // There is none while all tabs are about to start it.
        for target in targets.filter(|target| target["type"] == "shared_worker") {
            let id = json!({ "targetId": target["targetId"] });
            self.browser.devtools("Target.closeTarget", id).await;
        }
    }

    /// Has a tab go on by this method.
    async fn go_on(&mut self, number: Number, method: &str, params: Value) -> Result<()> {
        let connection = self.open_tab(number)?.connection.take();
        let mut connection = connection.context("the tab is frozen or suspended")?;
        connection.call(method, params).await;
        drop(connection);
        self.show(number).await?;
        self.call("arrive").await
    }

    /// Connects to a tab, and brings another one to the front, since the driver would wait for one that fails.
    async fn connect_to(&mut self, number: Number) -> Result<DevToolsConnection> {
        self.browser.switch_to(&self.control).await;
        let tab = self.open_tab(number)?.tab.clone();
        Ok(self.browser.connect_to(&tab).await)
    }

    fn open_tab(&mut self, number: Number) -> Result<&mut OpenTab> {
        self.tabs.get_mut(&number).context("the tab is open")
    }

    async fn show(&mut self, number: Number) -> Result<()> {
        let tab = self.open_tab(number)?.tab.clone();
        self.browser.switch_to(&tab).await;
        Ok(())
    }

    async fn call(&self, function: &str) -> Result<()> {
        let body = format!("tab.{function}();");
        let called = self.browser.try_run(&body, Value::Null).await;
        called.map(drop).map_err(anyhow::Error::msg)
    }

    async fn taken(&self) -> Result<Taken> {
        let taken = self.browser.try_run("return tab.take();", Value::Null);
        let taken = taken.await.map_err(anyhow::Error::msg)?;
        Ok(serde_json::from_value(taken)?)
    }

    /// Takes what a tab has heard, and returns when its page was loaded. The tab is in front then.
    async fn take(&mut self, number: Number, sum: &mut Sum) -> Result<f64> {
        self.show(number).await?;
        let taken = self.taken().await?;
        sum.add(number, &taken);
        Ok(taken.loaded_at)
    }

    /// Takes what these tabs have heard.
    pub(crate) async fn take_all(&mut self, living: &[Number], sum: &mut Sum) -> Result<()> {
        for &number in living {
            self.take(number, sum).await?;
        }
        self.browser.switch_to(&self.control).await;
        Ok(())
    }

    /// Waits until each tab hears events, from this many connections in all.
    pub(crate) async fn settle(&mut self, connections: usize, sum: &mut Sum) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while self.clock.connections() != connections {
            ensure!(
                Instant::now() < deadline,
                "there are {} connections instead of {connections}",
                self.clock.connections()
            );
            sleep(PERIOD).await;
        }
        let numbers: Vec<_> = self.tabs.keys().copied().collect();
        self.take_all(&numbers, sum).await?;
        for number in numbers {
            self.show(number).await?;
            loop {
                let taken = self.taken().await?;
                sum.add(number, &taken);
                if taken.events > 0 {
                    break;
                }
                ensure!(Instant::now() < deadline, "tab {number} hears nothing");
                sleep(PERIOD).await;
            }
        }
        Ok(())
    }

    /// Closes all tabs. Returns how long after the last of them no connection was open.
    pub(crate) async fn close_all(&mut self) -> Result<Duration> {
        let mut closed = Instant::now();
        for OpenTab { tab, .. } in self.tabs.values() {
            self.browser.switch_to(tab).await;
            closed = Instant::now();
            self.browser.close_tab(&self.control).await;
        }
        self.tabs.clear();
        while self.clock.connections() > 0 {
            ensure!(
                closed.elapsed() < PATIENCE,
                "the connection is not closed {PATIENCE:?} after the last tab"
            );
            sleep(PERIOD).await;
        }
        Ok(closed.elapsed())
    }
}
