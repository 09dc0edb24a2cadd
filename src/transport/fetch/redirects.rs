//! Where redirects lead. Behind a redirect, Firefox keeps the connection of an aborted request until the server sends something.
//! Six of these block the host. So once a redirect has led to a stream, later requests go straight there, as those of Chromium's
//! own source do.

use std::{cell::RefCell, sync::Arc};

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, RequestRedirect, Url};

use super::response::head_of;
use crate::{
    ResponseHead,
    sys::{self, Response},
};

/// How many redirects are remembered.
const CAPACITY: usize = 100;

/// A URL, and where its redirects have led.
type Redirect = (Arc<str>, Arc<str>);

thread_local! {
    static REDIRECTS: RefCell<Vec<Redirect>> = const { RefCell::new(Vec::new()) };
}

/// Fetches, straight from where redirects have led before if there still is a stream.
pub(super) async fn fetch_straight(request: &Request) -> Result<JsValue, JsValue> {
    let is_get = request.method() == "GET" && request.redirect() == RequestRedirect::Follow;
    if !is_get || !sys::Navigator::user_agent().is_ok_and(|agent| agent.contains(" Firefox/")) {
        return fetch(request).await;
    }
    let url: Arc<str> = request.url().into();
    if let Some(target) = target_of(&url) {
        // Of another request, this reads the fields that a `RequestInit` has.
        let straight = Request::new_with_str_and_init(&target, request.unchecked_ref())?;
        if let Ok(response) = fetch(&straight).await {
            if head_of_stream(&response, &url).is_some() {
                return Ok(response);
            }
            if let Ok(Some(body)) = response.unchecked_into::<Response>().body() {
                let _ = body.cancel();
            }
        }
        forget(&url);
    }
    let response = fetch(request).await?;
    if let Some(head) = head_of_stream(&response, &url)
        && head.redirected()
        // Another origin would get headers that browsers remove at a redirect to it.
        && origin(head.url()) == origin(&url)
    {
        remember(url, head.url().into());
    }
    Ok(response)
}

async fn fetch(request: &Request) -> Result<JsValue, JsValue> {
    // A page may have replaced `fetch` by a function that throws, or that does not return a promise.
    JsFuture::from(Promise::resolve(&sys::fetch(request)?)).await
}

/// What a response says, if it is a stream.
fn head_of_stream(response: &JsValue, url: &Arc<str>) -> Option<ResponseHead> {
    let head = head_of(response.unchecked_ref(), url).ok()?;
    let is_stream = head.header("content-type")?.contains("event-stream");
    (is_stream && matches!(head.status(), 200..300) && head.status() != 204).then_some(head)
}

fn origin(url: &str) -> Option<String> {
    Url::new(url).ok().map(|url| url.origin())
}

fn target_of(url: &str) -> Option<Arc<str>> {
    REDIRECTS.with_borrow(|redirects| {
        let known = redirects.iter().find(|(known, _)| **known == *url)?;
        Some(Arc::clone(&known.1))
    })
}

fn remember(url: Arc<str>, target: Arc<str>) {
    REDIRECTS.with_borrow_mut(|redirects| {
        if redirects.len() == CAPACITY {
            redirects.clear();
        }
        redirects.push((url, target));
    });
}

fn forget(url: &str) {
    REDIRECTS.with_borrow_mut(|redirects| redirects.retain(|(known, _)| **known != *url));
}
