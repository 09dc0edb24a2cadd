//! One browser for many tests.

use tokio::sync::{Mutex, MutexGuard, OnceCell};
use typed_eventsource_e2e::{Browser, Kind};

/// One Chromium, launched when it is first needed, that plays one test at a time.
#[derive(Debug, Default)]
pub struct Stage(OnceCell<Mutex<Browser>>);

impl Stage {
    /// The browser, for as long as a test has it.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub async fn browser(&self) -> MutexGuard<'_, Browser> {
        let launch = async || Mutex::new(Browser::launch(Kind::Chromium).await);
        self.0.get_or_init(launch).await.lock().await
    }

    /// Ends it, where it was launched.
    ///
    /// # Panics
    ///
    /// When it does not end.
    pub async fn close(&self) {
        if let Some(browser) = self.0.get() {
            browser.lock().await.close().await;
        }
    }
}
