//! The browser, and what a test does on its page.

use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard, OnceCell};
use typed_eventsource_e2e::{Browser, Kind};

pub(crate) const TRANSPORTS: [&str; 2] = ["browser", "fetch"];

/// One browser, launched when it is first needed, that plays one test at a time.
#[derive(Default)]
pub(crate) struct Stage(OnceCell<Mutex<Browser>>);

impl Stage {
    pub(crate) async fn browser(&self) -> Page<'_> {
        let launch = async || Mutex::new(Browser::launch(Kind::Chromium).await);
        Page(self.0.get_or_init(launch).await.lock().await)
    }

    pub(crate) async fn close(&self) {
        if let Some(browser) = self.0.get() {
            browser.lock().await.close().await;
        }
    }
}

/// The browser, for as long as a test has it.
pub(crate) struct Page<'a>(MutexGuard<'a, Browser>);

impl Page<'_> {
    /// Opens a server's page for scripts, on which `client` is then the module of that name.
    pub(crate) async fn open_client(&self, origin: &str, module: &str) {
        self.goto(&format!("{origin}/client.html")).await;
        let import = "window.client = await import(`/${argument}.js`);";
        self.run(import, json!(module)).await;
    }

    /// Runs a script, to which `transport` is known.
    pub(crate) async fn over(&self, transport: &str, script: &str) -> Value {
        let script = format!("const transport = argument; {script}");
        self.run(&script, json!(transport)).await
    }
}

impl std::ops::Deref for Page<'_> {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.0
    }
}
