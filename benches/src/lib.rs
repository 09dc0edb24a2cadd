//! The contenders in Rust. The benchmark's page calls these functions.
#![cfg(target_family = "wasm")]

mod clients;
mod clock;
mod payloads;
mod tasks;

use js_sys::{JsString, Object, Reflect};
use wasm_bindgen::{JsError, JsValue, prelude::wasm_bindgen};

use clients::{Client, Gloo, OursByBrowser, OursByBrowserJs, OursByFetch, OursByFetchJs, WebSys};
use payloads::{Large, Lines, Price};
use tasks::Received;

/// Evaluates a call with the type of the client that has this name.
macro_rules! with_contender {
    ($name:expr, $contender:ident => $call:expr) => {
        match $name.as_str() {
            "web-sys" => {
                type $contender = WebSys;
                $call
            }
            "gloo" => {
                type $contender = Gloo;
                $call
            }
            "ours-rust-browser" => {
                type $contender = OursByBrowser;
                $call
            }
            "ours-rust-fetch" => {
                type $contender = OursByFetch;
                $call
            }
            "ours-rust-browser-js" => {
                type $contender = OursByBrowserJs;
                $call
            }
            "ours-rust-fetch-js" => {
                type $contender = OursByFetchJs;
                $call
            }
            other => Err(unknown("contender", other)),
        }
    };
}

/// Receives `count` events of one name. Returns `{ elapsed, sum }`: the milliseconds from the call to the last event, and the sum
/// of the checksums.
#[wasm_bindgen]
pub async fn events(
    contender: String,
    url: String,
    name: String,
    payload: String,
    count: u32,
) -> Result<Object, JsError> {
    let received =
        with_contender!(contender, C => events_of::<C>(&payload, &url, &name, count).await);
    received.and_then(to_js)
}

async fn events_of<C: Client>(
    payload: &str,
    url: &str,
    name: &str,
    count: u32,
) -> Result<Received, JsError> {
    match payload {
        "price" => tasks::events::<C, Price>(url, name, count).await,
        "large" => tasks::events::<C, Large>(url, name, count).await,
        "lines" => tasks::events::<C, Lines>(url, name, count).await,
        other => Err(unknown("payload", other)),
    }
}

/// Receives `count` events that carry when they were sent. Returns for each the milliseconds since the server sent it.
#[wasm_bindgen]
pub async fn latencies(
    contender: String,
    url: String,
    name: String,
    count: u32,
) -> Result<Vec<f64>, JsError> {
    with_contender!(contender, C => tasks::latencies::<C>(&url, &name, count).await)
}

/// Opens a source, receives one event and closes the source, `count` times. Returns the milliseconds that this took.
#[wasm_bindgen(js_name = timeCycles)]
pub async fn time_cycles(
    contender: String,
    url: String,
    name: String,
    count: u32,
) -> Result<f64, JsError> {
    with_contender!(contender, C => tasks::time_cycles::<C>(&url, &name, count).await)
}

fn unknown(kind: &str, name: &str) -> JsError {
    JsError::new(&format!("there is no {kind} `{name}`"))
}

fn to_js(received: Received) -> Result<Object, JsError> {
    let object = Object::new();
    for (name, value) in [("elapsed", received.elapsed), ("sum", received.sum)] {
        Reflect::set(&object, &JsString::from(name), &JsValue::from(value))
            .map_err(|_| JsError::new("the field cannot be set"))?;
    }
    Ok(object)
}
