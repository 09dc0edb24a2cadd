//! Requests that the page's Content Security Policy blocks.

use std::{rc::Rc, sync::Arc};

use typed_eventsource_core::Span;
use wasm_bindgen::JsCast;
use web_sys::Url;

use crate::{
    Error,
    host::browser::DomListener,
    place::Place,
    sys::{Global, Violation},
};

/// How much later than the failure of a request a browser may tell that it was blocked.
pub(super) const BLOCK_DELAY: Span = Span::from_millis(50);

/// Watches whether the page's policy blocks a URL.
pub(super) struct BlockWatch {
    url: Arc<str>,
    directive: Rc<Place<String>>,
    _listener: DomListener,
}

impl BlockWatch {
    pub(super) fn new(url: &Arc<str>) -> Self {
        let directive = Rc::<Place<_>>::default();
        let (told, blocked) = (Rc::clone(&directive), Arc::clone(url));
        let listener = move |event: web_sys::Event| {
            let violation: &Violation = event.unchecked_ref();
            let is_enforced = violation.disposition().as_deref() == Some("enforce");
            let directive = violation.effective_directive().unwrap_or_default();
            // An image may have the same scheme.
            let is_connection = matches!(&*directive, "connect-src" | "default-src");
            if is_enforced && is_connection && violation.blocked_uri() == Some(reported(&blocked)) {
                told.put(directive);
            }
        };
        Self {
            url: Arc::clone(url),
            directive,
            _listener: DomListener::new(
                &Global::scope(),
                "securitypolicyviolation",
                Box::new(listener),
            ),
        }
    }

    /// The error of a request that was blocked. It may come only [after](BLOCK_DELAY) the request has failed.
    pub(super) fn error(&self) -> Option<Error> {
        let directive = self.directive.get()?;
        Some(Error::Blocked {
            url: Arc::clone(&self.url),
            directive: directive.into(),
        })
    }
}

/// A URL as a violation of the policy tells it: without a fragment and a password, and only its scheme if it is not fetched over
/// HTTP.
fn reported(url: &str) -> String {
    let Ok(url) = Url::new(url) else {
        return url.to_owned();
    };
    let scheme = url.protocol();
    if !matches!(&*scheme, "http:" | "https:") {
        return scheme.trim_end_matches(':').to_owned();
    }
    url.set_hash("");
    url.set_username("");
    url.set_password("");
    url.href()
}
