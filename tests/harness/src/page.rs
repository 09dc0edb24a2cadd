//! The page in its browser, and the server that it comes from.

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
use typed_eventsource_e2e::{Browser, Kind};
use typed_eventsource_server::{
    Config, Server,
    script::{Attempt, Script, Step},
};

use crate::process::{descendants, kill};

/// How long a browser may take to go.
const GRACE: Duration = Duration::from_secs(20);
/// The stream that is the page itself.
const PAGE: &str = "page";

/// A page whose functions are called. They are those of `window.tasks`, which it sets when it is ready.
#[derive(Debug)]
pub struct Page {
    browser: RefCell<Rc<Browser>>,
    server: Server,
}

impl Page {
    /// Starts the browser, and serves the page, with its modules from this folder and the npm package.
    ///
    /// # Errors
    ///
    /// When the server does not start.
    ///
    /// # Panics
    ///
    /// When the browser does not.
    pub async fn launch(kind: Kind, html: &str, folder: &Path) -> Result<Self> {
        let config = Config {
            www: Some(folder.to_owned()),
            pkg: Some("pkg".into()),
            ..Config::default()
        };
        let server = Server::start(config).await;
        let server = server.context("the server does not start")?;
        server.put(PAGE, Script::always(isolated(html)))?;
        let browser = RefCell::new(Rc::new(Browser::launch(kind).await));
        Ok(Self { browser, server })
    }

    /// Opens the page, with empty memories.
    ///
    /// # Panics
    ///
    /// When it does not open.
    pub async fn open(&self) {
        let browser = self.browser();
        browser.goto(&self.url()).await;
        browser.until("window.tasks").await;
    }

    /// As [`open`](Self::open), in Chromium: a script runs before all else.
    ///
    /// # Panics
    ///
    /// When it does not open.
    pub async fn open_prepared(&self, script: &str) {
        let browser = self.browser();
        browser.goto_prepared(&self.url(), script).await;
        browser.until("window.tasks").await;
    }

    /// Opens the page in another browser.
    ///
    /// # Panics
    ///
    /// When either does not go, or the page does not open.
    pub async fn renew(&self) {
        let browser = self.browser();
        browser.close().await;
        self.browser
            .replace(Rc::new(Browser::launch(browser.kind()).await));
        self.open().await;
    }

    fn url(&self) -> String {
        format!("{}/streams/{PAGE}", self.server.origin())
    }

    /// Ends the browser and the server. A browser whose page is frozen does not hear its driver, and is made to.
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

    /// The server that the page comes from.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Calls one of the page's functions, such as `chaos.take`: what it answers, within as long as a script may take.
    ///
    /// # Errors
    ///
    /// Its exception, or that the answer has another shape.
    ///
    /// # Panics
    ///
    /// When the browser does not answer.
    pub async fn call<T: DeserializeOwned>(&self, function: &str, argument: Value) -> Result<T> {
        let body = format!("return tasks.{function}(argument);");
        let answer = self.browser().try_run(&body, argument).await;
        Ok(serde_json::from_value(answer.map_err(anyhow::Error::msg)?)?)
    }

    /// Begins what may take longer than that; [`done`](Self::done) tells when it is.
    ///
    /// # Errors
    ///
    /// When it cannot be begun.
    ///
    /// # Panics
    ///
    /// When the browser does not answer.
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

    /// What that has answered, if it has.
    ///
    /// # Errors
    ///
    /// Its exception.
    ///
    /// # Panics
    ///
    /// When the browser does not answer.
    pub async fn done(&self) -> Result<Option<Value>> {
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

    /// Begins it, and waits until it is done.
    ///
    /// # Errors
    ///
    /// Its exception, or that it takes longer than this.
    ///
    /// # Panics
    ///
    /// When the browser does not answer.
    pub async fn finish(
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
            sleep(Duration::from_millis(100)).await;
        }
    }
}

/// With the headers that make a page cross-origin isolated, since only then its clock is exact to 5 µs.
fn isolated(html: &str) -> Attempt {
    Attempt::playing([Step::Send(html.into())])
        .header("content-type", "text/html")
        .header("cross-origin-opener-policy", "same-origin")
        .header("cross-origin-embedder-policy", "require-corp")
}

/// A panic, such as that of a browser that answers no more, as an error.
///
/// # Errors
///
/// That, or the future's error.
pub async fn calmly<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let outcome = AssertUnwindSafe(future).catch_unwind().await;
    outcome.unwrap_or_else(|panic| Err(anyhow!(message(&*panic))))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    let message = owned.or_else(|| panic.downcast_ref::<&str>().copied());
    message.unwrap_or("a panic").to_owned()
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;

    use super::*;

    #[test]
    fn a_panic_is_an_error() {
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        let patience = 90;
        let plain = runtime.block_on(calmly::<()>(async { panic!("no answer") }));
        let made = async { panic!("no answer after {patience}") };
        let made = runtime.block_on(calmly::<()>(made));
        let told = [plain, made].map(|outcome| outcome.expect_err("it panicked").to_string());
        assert_eq!(told, ["no answer", "no answer after 90"]);
    }
}
