//! The options of the JavaScript class.

use serde::{Deserialize, de};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::AbortSignal;

use super::{fetch::FetchOptions, policy::policy};
use crate::{EventSource, EventSourceBuilder};

/// A builder set up by the options, or a `TypeError` that says what is wrong with them.
pub(super) fn builder(url: String, options: JsValue) -> Result<EventSourceBuilder, JsValue> {
    let fetch = read::<FetchOptions>(options.clone(), "options")?;
    let options: Options = read(options, "options")?;
    let mut builder = EventSource::builder(url)
        .with_credentials(options.with_credentials.unwrap_or_default())
        .policy(policy(options.policy)?);
    if let Some(name) = options.resume_parameter {
        builder = builder.resume_parameter(name);
    }
    if let Some(name) = options.terminal_event {
        builder = builder.terminal_event(name);
    }
    if let Some(data) = options.terminal_data {
        builder = builder.terminal_data(data);
    }
    if !is_missing(&options.signal) {
        let signal = options.signal.dyn_ref::<AbortSignal>();
        builder = builder.signal(signal.ok_or_else(|| wrong("`signal` is no AbortSignal"))?);
    }
    match options.transport.unwrap_or_default() {
        Transport::Fetch => Ok(builder.fetch(fetch.fetch()?)),
        Transport::Browser => match fetch.first_given() {
            None => Ok(builder),
            Some(name) => Err(wrong(&format!("`{name}` needs `transport: \"fetch\"`"))),
        },
    }
}

/// The options in a value of JavaScript, all of them missing where that is.
pub(super) fn read<T: Default + de::DeserializeOwned>(
    value: JsValue,
    what: &str,
) -> Result<T, JsValue> {
    if is_missing(&value) {
        return Ok(T::default());
    }
    serde_wasm_bindgen::from_value(value).map_err(|error| wrong(&format!("{what}: {error}")))
}

pub(super) fn is_missing(value: &JsValue) -> bool {
    value.is_undefined() || value.is_null()
}

/// The exception for options that make no sense.
pub(super) fn wrong(message: &str) -> JsValue {
    js_sys::TypeError::new(&format!("EventSource {message}")).into()
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Options {
    transport: Option<Transport>,
    with_credentials: Option<bool>,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    policy: JsValue,
    resume_parameter: Option<String>,
    terminal_event: Option<String>,
    terminal_data: Option<String>,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    signal: JsValue,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Transport {
    #[default]
    Browser,
    Fetch,
}
