//! Where redirects lead. Behind a redirect, Firefox keeps the connection of an aborted request until the server sends something.
//! Six of these block the host. So once a redirect has led a source to a stream, its later requests go straight there, as those of
//! Chromium's own source do.

use std::sync::Arc;

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, RequestRedirect, Url};

use super::{super::user_agent, response::head_of};
use crate::{
    ResponseHead,
    place::Place,
    sys::{self, Response},
};

/// Where the redirects of one source have led: another source may have another user, and be led elsewhere.
#[derive(Default)]
pub(super) struct Redirects {
    /// The URL of the last request, and the URL that has answered it with a stream.
    last: Place<(Arc<str>, Arc<str>)>,
}

impl Redirects {
    /// Fetches, in Firefox straight from where redirects have led before.
    pub(super) async fn fetch(&self, request: &Request) -> Result<JsValue, JsValue> {
        let is_get = request.method() == "GET" && request.redirect() == RequestRedirect::Follow;
        if !is_get || !user_agent::is_firefox() {
            return fetch(request).await;
        }
        let url: Arc<str> = request.url().into();
        // Until there is a stream again, the target is forgotten: it may never answer.
        let target = self.last.take().filter(|(requested, _)| *requested == url);
        let straight = match target {
            Some((_, target)) => fetch_straight(&target, request).await,
            None => None,
        };
        let is_straight = straight.is_some();
        let response = match straight {
            Some(response) => response,
            None => fetch(request).await?,
        };
        if let Ok(head) = head_of(response.unchecked_ref(), &url)
            && is_stream(&head)
            && (is_straight || head.redirected())
            // Another origin would get headers that browsers remove at a redirect to it.
            && origin(head.url()) == origin(&url)
        {
            self.last.put((url, head.url().into()));
        }
        Ok(response)
    }
}

/// The response to the same request of the target, unless the redirect may lead elsewhere by now.
async fn fetch_straight(target: &Arc<str>, request: &Request) -> Option<JsValue> {
    // Of another request, this reads the fields that a `RequestInit` has.
    let straight = Request::new_with_str_and_init(target, request.unchecked_ref()).ok()?;
    let response: Response = fetch(&straight).await.ok()?.unchecked_into();
    let head = head_of(&response, target).ok()?;
    // A server that has finished, or asks to wait, is not asked again at once.
    if is_stream(&head) || matches!(head.status(), 204 | 429 | 500..600) {
        return Some(response.into());
    }
    if let Ok(Some(body)) = response.body() {
        // As a future, a promise that is rejected is handled.
        drop(JsFuture::from(body.cancel()));
    }
    None
}

async fn fetch(request: &Request) -> Result<JsValue, JsValue> {
    // A page may have replaced `fetch` by a function that throws, or that does not return a promise.
    JsFuture::from(Promise::resolve(&sys::fetch(request)?)).await
}

fn is_stream(head: &ResponseHead) -> bool {
    matches!(head.status(), 200..300) && head.status() != 204 && head.has_stream_type()
}

fn origin(url: &str) -> Option<String> {
    Url::new(url).ok().map(|url| url.origin())
}
