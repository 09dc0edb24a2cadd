//! Requests that the page's Content Security Policy blocks.

use std::{rc::Rc, sync::Arc};

use typed_eventsource_core::Span;
use wasm_bindgen::JsCast;

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
        let listener = move |event: &web_sys::Event| {
            let violation: &Violation = event.unchecked_ref();
            let is_enforced = violation.disposition().as_deref() == Some("enforce");
            // It is told without its fragment.
            let url = violation.blocked_uri();
            if is_enforced && url.as_deref() == blocked.split('#').next() {
                told.put(violation.effective_directive().unwrap_or_default());
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
