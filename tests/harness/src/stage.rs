//! A browser that many tests share.

use tokio::sync::{Mutex, MutexGuard, OnceCell};
use typed_eventsource_e2e::{Browser, BrowserKind};

/// A Chromium that is launched when it is first needed. One test at a time has it.
#[derive(Debug, Default)]
pub struct Stage(OnceCell<Mutex<Browser>>);

impl Stage {
    /// Waits until no other test has the browser. The caller has it until the guard is dropped.
    ///
    /// # Panics
    ///
    /// If the browser does not start.
    pub async fn browser(&self) -> MutexGuard<'_, Browser> {
        let launch = async || Mutex::new(Browser::launch(BrowserKind::Chromium).await);
        self.0.get_or_init(launch).await.lock().await
    }

    /// Closes the browser, if it was launched.
    ///
    /// # Panics
    ///
    /// If the browser does not close.
    pub async fn close(&self) {
        if let Some(browser) = self.0.get() {
            browser.lock().await.close().await;
        }
    }
}
