//! The page in its browser, and the server behind it.

use std::{
    cell::RefCell,
    path::Path,
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use typed_eventsource_e2e::{Browser, Kind};
use typed_eventsource_server::{
    Config, Server,
    script::{Attempt, Script, Step},
};

/// How long one contender may take for one task.
const PATIENCE: Duration = Duration::from_secs(120);

const HTML: &str = include_str!("../../page/index.html");

pub(crate) struct Page {
    browser: RefCell<Rc<Browser>>,
    server: Server,
}

impl Page {
    /// Serves the built page and opens it.
    pub(crate) async fn open(folder: &Path) -> Result<Self> {
        let server = Server::start(Config {
            www: Some(folder.to_owned()),
            pkg: Some("pkg".into()),
            ..Config::default()
        })
        .await
        .context("the server does not start")?;
        let browser = RefCell::new(Rc::new(Browser::launch(Kind::Chromium).await));
        let page = Self { browser, server };
        // Any page of this origin will do to put scripts from.
        let any = format!("{}/bench.js", page.server.origin());
        page.browser().goto(&any).await;
        page.put("page", isolated_page()).await?;
        Ok(page)
    }

    /// Begins again, with empty memories.
    pub(crate) async fn reload(&self) {
        let url = format!("{}/streams/page", self.server.origin());
        let browser = self.browser();
        browser.goto(&url).await;
        browser.until("window.bench").await;
    }

    /// Begins again in another browser.
    pub(crate) async fn renew(&self) {
        self.browser().close().await;
        let browser = Browser::launch(Kind::Chromium).await;
        self.browser.replace(Rc::new(browser));
        self.reload().await;
    }

    pub(crate) async fn close(self) {
        self.browser().close().await;
        self.server.stop().await;
    }

    pub(crate) fn origin(&self) -> &str {
        self.server.origin()
    }

    /// What the stream of this name plays from now on.
    pub(crate) async fn put_stream(&self, name: &str, steps: Vec<Step>) -> Result<()> {
        self.put(name, Attempt::playing(steps)).await
    }

    async fn put(&self, name: &str, attempt: Attempt) -> Result<()> {
        const PUT: &str = "const { name, script } = argument;
            const answer = await fetch(`/scripts/${name}`, { method: 'PUT', body: JSON.stringify(script) });
            if (!answer.ok) throw new Error(await answer.text());";
        let argument = json!({ "name": name, "script": Script::always(attempt) });
        self.run(PUT, argument).await.map(drop)
    }

    /// So that each pays for its own garbage only.
    pub(crate) async fn collect_garbage(&self) -> Result<()> {
        self.run("await bench.collectGarbage();", Value::Null)
            .await
            .map(drop)
    }

    /// Calls one of the page's functions. It may take longer than one script may.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        function: &str,
        argument: Value,
    ) -> Result<T> {
        const START: &str =
            "window.job = Promise.resolve(bench[argument.function](argument.argument))
            .then((value) => ({ value }));";
        const WAIT: &str = "return Promise.race([job, new Promise((resolve) => setTimeout(resolve, 10_000, {}))]);";
        let deadline = Instant::now() + PATIENCE;
        let start = format!("{START}\n{WAIT}");
        let what = json!({ "function": function, "argument": argument });
        let mut answer = self.run(&start, what).await?;
        while answer.get("value").is_none() {
            if Instant::now() > deadline {
                bail!("not done after {PATIENCE:?}");
            }
            answer = self.run(WAIT, Value::Null).await?;
        }
        Ok(serde_json::from_value(answer["value"].take())?)
    }

    fn browser(&self) -> Rc<Browser> {
        Rc::clone(&self.browser.borrow())
    }

    async fn run(&self, body: &str, argument: Value) -> Result<Value> {
        let result = self.browser().try_run(body, argument).await;
        result.map_err(anyhow::Error::msg)
    }
}

/// The page with the headers that make it cross-origin isolated, since only then its clock is exact to 5 µs.
fn isolated_page() -> Attempt {
    Attempt::playing([Step::Send(HTML.into())])
        .header("content-type", "text/html")
        .header("cross-origin-opener-policy", "same-origin")
        .header("cross-origin-embedder-policy", "require-corp")
}
