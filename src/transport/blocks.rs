//! Requests that the page's Content Security Policy blocks.

use std::{rc::Rc, sync::Arc};

use typed_eventsource_core::Span;
use wasm_bindgen::JsCast;

use super::scheme_of;
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
            let is_blocked = || is_told_as(&blocked, &violation.blocked_uri().unwrap_or_default());
            if is_enforced && is_connection && is_blocked() {
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

/// Whether a violation of the policy tells this URL in this form: without a fragment and a password, and only its scheme if it is not
/// fetched over HTTP. The URL is as the browser has resolved it. A `Url` would do the same, with 400 bytes more.
fn is_told_as(url: &str, told: &str) -> bool {
    let scheme = scheme_of(url).unwrap_or_default();
    if !matches!(scheme, "http" | "https") {
        return told == scheme;
    }
    let url = url.as_bytes().split(|byte| *byte == b'#').next();
    let rest = url.and_then(|url| url.get(scheme.len() + "://".len()..));
    let rest = rest.unwrap_or_default();
    let host_end = rest.iter().position(|byte| *byte == b'/');
    let (login, path) = rest.split_at(host_end.unwrap_or(rest.len()));
    let host = login.rsplit(|byte| *byte == b'@').next();
    let told = told.strip_prefix(scheme);
    let told = told.and_then(|told| told.strip_prefix("://"));
    let told_host = told.and_then(|told| told.as_bytes().strip_suffix(path));
    told_host == host
}

#[cfg(test)]
mod tests {
    use super::is_told_as;

    #[test]
    fn a_violation_tells_a_url_without_fragment_and_password() {
        for (url, told) in [
            ("https://example.org/events", "https://example.org/events"),
            (
                "http://example.org:8080/?a=b@c#d",
                "http://example.org:8080/?a=b@c",
            ),
            (
                "https://user:word@example.org/a@b/#",
                "https://example.org/a@b/",
            ),
            ("data:text/event-stream,data:a", "data"),
            ("blob:https://example.org/1", "blob"),
        ] {
            assert!(is_told_as(url, told), "{url}");
        }
    }

    #[test]
    fn a_violation_may_be_about_another_url() {
        for (url, told) in [
            ("https://example.org/events", "https://example.org/event"),
            ("https://example.org/events", "http://example.org/events"),
            ("https://example.org/", "https://example.org/events"),
            ("https://example.org/events", "https"),
            ("https://a@example.org/", "https://a@example.org/"),
            ("https://example.org/#a", "https://example.org/#a"),
            ("data:,", "blob"),
        ] {
            assert!(!is_told_as(url, told), "{url} {told}");
        }
    }
}
