//! What the options of the JavaScript class say of the request, under the names that `fetch` has for it.

use js_sys::{Array, Function, Promise};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReferrerPolicy, RequestCache, RequestCredentials, RequestMode};

use super::options::{is_missing, wrong};
use crate::{Fetch, HeadersResult, transport::exception_message};

#[wasm_bindgen]
extern "C" {
    /// What `fetch` takes for headers, made into headers: an object, pairs, or headers.
    #[wasm_bindgen(js_name = Headers)]
    type AnyHeaders;

    #[wasm_bindgen(catch, constructor, js_class = Headers)]
    fn new(init: &JsValue) -> Result<AnyHeaders, JsValue>;
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct FetchOptions {
    method: Option<String>,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    headers: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    body: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    credentials: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    mode: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    cache: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    referrer_policy: JsValue,
    last_event_id: Option<String>,
    max_event_size: Option<usize>,
}

impl FetchOptions {
    /// The name of an option that is given, where one is.
    pub(super) fn first_given(&self) -> Option<&'static str> {
        [
            ("method", self.method.is_some()),
            ("headers", !is_missing(&self.headers)),
            ("body", !is_missing(&self.body)),
            ("credentials", !is_missing(&self.credentials)),
            ("mode", !is_missing(&self.mode)),
            ("cache", !is_missing(&self.cache)),
            ("referrerPolicy", !is_missing(&self.referrer_policy)),
            ("lastEventId", self.last_event_id.is_some()),
            ("maxEventSize", self.max_event_size.is_some()),
        ]
        .into_iter()
        .find_map(|(name, is_given)| is_given.then_some(name))
    }

    pub(super) fn fetch(self) -> Result<Fetch, JsValue> {
        let mut fetch = with_headers(Fetch::new(), self.headers)?;
        if let Some(method) = self.method {
            fetch = fetch.method(method);
        }
        if !is_missing(&self.body) {
            fetch = fetch.body(self.body);
        }
        if let Some(id) = self.last_event_id {
            fetch = fetch.last_event_id(id);
        }
        if let Some(size) = self.max_event_size {
            fetch = fetch.max_event_size(size);
        }
        let credentials = RequestCredentials::from_js_value;
        if let Some(credentials) = keyword("credentials", &self.credentials, credentials)? {
            fetch = fetch.credentials(credentials);
        }
        if let Some(mode) = keyword("mode", &self.mode, RequestMode::from_js_value)? {
            fetch = fetch.mode(mode);
        }
        if let Some(cache) = keyword("cache", &self.cache, RequestCache::from_js_value)? {
            fetch = fetch.cache(cache);
        }
        let policy = ReferrerPolicy::from_js_value;
        if let Some(policy) = keyword("referrerPolicy", &self.referrer_policy, policy)? {
            fetch = fetch.referrer_policy(policy);
        }
        Ok(fetch)
    }
}

/// One of the words that an option may have.
fn keyword<T>(
    name: &str,
    value: &JsValue,
    read: impl FnOnce(&JsValue) -> Option<T>,
) -> Result<Option<T>, JsValue> {
    if is_missing(value) {
        return Ok(None);
    }
    let unknown = || wrong(&format!("`{name}`: {value:?} is none of its values"));
    read(value).map(Some).ok_or_else(unknown)
}

fn with_headers(fetch: Fetch, headers: JsValue) -> Result<Fetch, JsValue> {
    match headers.dyn_into::<Function>() {
        Ok(make) => Ok(fetch.fresh_headers(move || ask(make.clone()))),
        Err(headers) => Ok(pairs(&headers)?
            .into_iter()
            .fold(fetch, |fetch, (name, value)| fetch.header(name, value))),
    }
}

/// Headers from a function, which may answer with a promise.
async fn ask(make: Function) -> HeadersResult {
    let answer = match make.call0(&JsValue::UNDEFINED) {
        Ok(answer) => JsFuture::from(Promise::resolve(&answer)).await,
        Err(exception) => Err(exception),
    };
    answer
        .and_then(|headers| pairs(&headers))
        .map_err(|exception| exception_message(&exception).into())
}

fn pairs(headers: &JsValue) -> Result<Vec<(String, String)>, JsValue> {
    if is_missing(headers) {
        return Ok(Vec::new());
    }
    let pairs = Array::from(AnyHeaders::new(headers)?.as_ref());
    Ok(pairs
        .iter()
        .filter_map(|pair| pair_of_text(&pair))
        .collect())
}

fn pair_of_text(pair: &JsValue) -> Option<(String, String)> {
    let pair = pair.dyn_ref::<Array>()?;
    Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
}
