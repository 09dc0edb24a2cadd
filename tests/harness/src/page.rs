//! A page in its browser, and the server that serves it.

use std::{
    any::Any,
    cell::RefCell,
    panic::AssertUnwindSafe,
    path::Path,
    process,
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use futures_util::FutureExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::{sleep, timeout};
use typed_eventsource_e2e::{Browser, BrowserKind};
use typed_eventsource_server::{
    Config, Server,
    script::{Attempt, Script, Step},
};

use crate::process::{descendants, kill};

/// How long a browser may take to close.
const GRACE: Duration = Duration::from_secs(20);
/// The id of the script that serves the page's HTML.
const PAGE_SCRIPT: &str = "page";

/// A page whose functions are called from here: the methods of `window.tasks`, which the page sets when it is ready.
#[derive(Debug)]
pub struct Page {
    browser: RefCell<Rc<Browser>>,
    server: Server,
}

impl Page {
    /// Starts the browser, and a server for the page, for its modules in `folder` and for the npm package.
    ///
    /// # Errors
    ///
    /// If the server does not start.
    ///
    /// # Panics
    ///
    /// If the browser does not start.
    pub async fn launch(kind: BrowserKind, html: &str, folder: &Path) -> Result<Self> {
        let config = Config {
            www: Some(folder.to_owned()),
            pkg: Some("pkg".into()),
            ..Config::default()
        };
        let server = Server::start(config).await;
        let server = server.context("the server does not start")?;
        server.put(PAGE_SCRIPT, Script::always(isolated(html)))?;
        let browser = RefCell::new(Rc::new(Browser::launch(kind).await));
        Ok(Self { browser, server })
    }

    /// Opens or reloads the page, so that its memory is empty.
    ///
    /// # Panics
    ///
    /// If the page does not open.
    pub async fn open(&self) {
        let browser = self.browser();
        browser.goto(&self.url()).await;
        browser.until("window.tasks").await;
    }

    /// As [`open`](Self::open), but a script runs before those of the page. Only Chromium can do this.
    ///
    /// # Panics
    ///
    /// If the page does not open.
    pub async fn open_prepared(&self, script: &str) {
        let browser = self.browser();
        browser.goto_prepared(&self.url(), script).await;
        browser.until("window.tasks").await;
    }

    /// Closes the browser, and opens the page in a new one.
    ///
    /// # Panics
    ///
    /// If the browser does not close, the new one does not start, or the page does not open.
    pub async fn renew(&self) {
        let browser = self.browser();
        browser.close().await;
        self.browser
            .replace(Rc::new(Browser::launch(browser.kind()).await));
        self.open().await;
    }

    fn url(&self) -> String {
        format!("{}/streams/{PAGE_SCRIPT}", self.server.origin())
    }

    /// Closes the browser and stops the server. A browser whose page is frozen does not obey its driver, and is killed.
    pub async fn close(self) {
        let browser = self.browser();
        let closing = AssertUnwindSafe(browser.close()).catch_unwind();
        if !matches!(timeout(GRACE, closing).await, Ok(Ok(()))) {
            kill(&descendants(process::id()));
        }
        self.server.stop().await;
    }

    /// The browser that the page is open in.
    pub fn browser(&self) -> Rc<Browser> {
        Rc::clone(&self.browser.borrow())
    }

    /// The server of the page.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Calls one of the page's functions, such as `chaos.take`, and returns what it answers. The function has to return within
    /// WebDriver's limit for scripts.
    ///
    /// # Errors
    ///
    /// If the function throws, or its answer has another shape.
    ///
    /// # Panics
    ///
    /// If the browser does not answer.
    pub async fn call<T: DeserializeOwned>(&self, function: &str, argument: Value) -> Result<T> {
        let body = format!("return tasks.{function}(argument);");
        let answer = self.browser().try_run(&body, argument).await;
        Ok(serde_json::from_value(answer.map_err(anyhow::Error::msg)?)?)
    }

    /// Calls one of the page's functions, and does not wait for its answer. [`answer`](Self::answer) returns it.
    ///
    /// # Errors
    ///
    /// If the function cannot be called.
    ///
    /// # Panics
    ///
    /// If the browser does not answer.
    pub async fn begin(&self, function: &str, argument: Value) -> Result<()> {
        let body = format!(
            "window.job = undefined;
            tasks.{function}(argument).then(
                (value = null) => {{ window.job = {{ value }}; }},
                (error) => {{ window.job = {{ error: String(error) }}; }},
            );"
        );
        let begun = self.browser().try_run(&body, argument).await;
        begun.map(drop).map_err(anyhow::Error::msg)
    }

    /// The answer of the function that was called by [`begin`](Self::begin), once there is one.
    ///
    /// # Errors
    ///
    /// If the function throws.
    ///
    /// # Panics
    ///
    /// If the browser does not answer.
    pub async fn answer(&self) -> Result<Option<Value>> {
        let answer = self
            .browser()
            .try_run("return window.job;", Value::Null)
            .await;
        let mut job = answer.map_err(anyhow::Error::msg)?;
        if let Some(error) = job.get("error") {
            bail!("the page says: {error}");
        }
        Ok(job.get_mut("value").map(Value::take))
    }

    /// Calls one of the page's functions, and waits up to `patience` for its answer.
    ///
    /// # Errors
    ///
    /// If the function throws, or takes longer than `patience`.
    ///
    /// # Panics
    ///
    /// If the browser does not answer.
    pub async fn call_patiently(
        &self,
        function: &str,
        argument: Value,
        patience: Duration,
    ) -> Result<Value> {
        let deadline = Instant::now() + patience;
        self.begin(function, argument).await?;
        loop {
            if let Some(value) = self.answer().await? {
                return Ok(value);
            }
            ensure!(Instant::now() < deadline, "not done after {patience:?}");
            sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Serves the page with the headers that make it cross-origin isolated, since only then is its clock exact to 5 µs.
fn isolated(html: &str) -> Attempt {
    Attempt::playing([Step::Send(html.into())])
        .header("content-type", "text/html")
        .header("cross-origin-opener-policy", "same-origin")
        .header("cross-origin-embedder-policy", "require-corp")
}

/// Turns a panic of the future into an error, since the methods of [`Browser`] panic when the browser no longer answers.
///
/// # Errors
///
/// If the future panics or fails.
pub async fn catch_panic<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let outcome = AssertUnwindSafe(future).catch_unwind().await;
    outcome.unwrap_or_else(|panic| Err(anyhow!(panic_message(&*panic))))
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    let message = owned.or_else(|| panic.downcast_ref::<&str>().copied());
    message.unwrap_or("a panic").to_owned()
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;

    use super::*;

    #[test]
    fn a_panic_becomes_an_error_with_its_message() {
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        let patience = 90;
        let literal = runtime.block_on(catch_panic::<()>(async { panic!("no answer") }));
        let formatted = async { panic!("no answer after {patience}") };
        let formatted = runtime.block_on(catch_panic::<()>(formatted));
        let messages =
            [literal, formatted].map(|outcome| outcome.expect_err("it panicked").to_string());
        assert_eq!(messages, ["no answer", "no answer after 90"]);
    }
}
