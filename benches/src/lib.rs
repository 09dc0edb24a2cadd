//! The contenders in Rust, as the benchmark's page calls them.
#![cfg(target_family = "wasm")]

mod clock;
mod contenders;
mod payloads;
mod tasks;

use js_sys::{JsString, Object, Reflect};
use wasm_bindgen::{JsError, JsValue, prelude::wasm_bindgen};

use contenders::{Contender, Gloo, OursByBrowser, OursByFetch, WebSys};
use payloads::{Large, Lines, Price};
use tasks::Heard;

/// Calls with the type that belongs to a contender's name.
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
            other => Err(unknown(other)),
        }
    };
}

/// Hears so many events of one name: `{ elapsed, sum }`, in milliseconds from the call to the last event.
#[wasm_bindgen]
pub async fn events(
    contender: String,
    url: String,
    name: String,
    payload: String,
    count: u32,
) -> Result<Object, JsError> {
    let heard = with_contender!(contender, C => events_of::<C>(&payload, &url, &name, count).await);
    heard.and_then(to_js)
}

async fn events_of<C: Contender>(
    payload: &str,
    url: &str,
    name: &str,
    count: u32,
) -> Result<Heard, JsError> {
    match payload {
        "price" => tasks::events::<C, Price>(url, name, count).await,
        "large" => tasks::events::<C, Large>(url, name, count).await,
        "lines" => tasks::events::<C, Lines>(url, name, count).await,
        other => Err(unknown(other)),
    }
}

/// The milliseconds that each of so many events was under way.
#[wasm_bindgen]
pub async fn delays(
    contender: String,
    url: String,
    name: String,
    count: u32,
) -> Result<Vec<f64>, JsError> {
    with_contender!(contender, C => tasks::delays::<C>(&url, &name, count).await)
}

/// Opens a source, hears one event and closes it, so many times over; the milliseconds of it all.
#[wasm_bindgen]
pub async fn cycles(
    contender: String,
    url: String,
    name: String,
    count: u32,
) -> Result<f64, JsError> {
    with_contender!(contender, C => tasks::cycles::<C>(&url, &name, count).await)
}

fn unknown(name: &str) -> JsError {
    JsError::new(&format!("no {name} here"))
}

fn to_js(heard: Heard) -> Result<Object, JsError> {
    let object = Object::new();
    for (name, value) in [("elapsed", heard.elapsed), ("sum", heard.sum)] {
        Reflect::set(&object, &JsString::from(name), &JsValue::from(value))
            .map_err(|_| JsError::new("the object takes no field"))?;
    }
    Ok(object)
}
