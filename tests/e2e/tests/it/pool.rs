//! The browsers that the tests share.

use std::{
    ops::Deref,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Semaphore, SemaphorePermit};
use typed_eventsource_e2e::{Browser, BrowserKind};

/// The most browsers of a kind. With more, two cores would be too busy, and tests would run into their limits.
const BROWSERS: usize = 2;

/// Browsers of one kind, which are launched when they are needed.
pub(crate) struct Pool {
    kind: BrowserKind,
    places: Semaphore,
    idle: Mutex<Vec<Browser>>,
}

impl Pool {
    pub(crate) fn new(kind: BrowserKind) -> Self {
        Self {
            kind,
            places: Semaphore::new(BROWSERS),
            idle: Mutex::default(),
        }
    }

    pub(crate) fn kind(&self) -> BrowserKind {
        self.kind
    }

    /// Waits for a browser that no other test uses.
    pub(crate) async fn borrow(&self) -> BorrowedBrowser<'_> {
        let place = self.places.acquire().await.expect("it is never closed");
        let idle = self.idle().pop();
        let browser = match idle {
            Some(browser) => browser,
            None => Browser::launch(self.kind).await,
        };
        BorrowedBrowser {
            pool: self,
            browser: Some(browser),
            _place: place,
        }
    }

    pub(crate) async fn close(&self) {
        let browsers = std::mem::take(&mut *self.idle());
        for browser in browsers {
            browser.close().await;
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Browser>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A browser that a test uses. It goes back to the pool when this is dropped, also by a test that fails.
pub(crate) struct BorrowedBrowser<'a> {
    pool: &'a Pool,
    browser: Option<Browser>,
    _place: SemaphorePermit<'a>,
}

impl Deref for BorrowedBrowser<'_> {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        self.browser.as_ref().expect("it is not dropped yet")
    }
}

impl Drop for BorrowedBrowser<'_> {
    fn drop(&mut self) {
        self.pool.idle().extend(self.browser.take());
    }
}
