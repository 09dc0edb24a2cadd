//! The smallest app for each feature, and one for gloo-net, to compare their sizes. An app listens as long as its page lives.
#![cfg(target_family = "wasm")]

#[cfg(feature = "gloo")]
mod gloo;
#[cfg(feature = "text")]
mod ours;
#[cfg(any(feature = "gloo", feature = "js", feature = "json"))]
mod price;

use wasm_bindgen::{JsError, prelude::wasm_bindgen};

/// Starts the app. Without a feature it does nothing.
#[wasm_bindgen(start)]
pub fn start() -> Result<(), JsError> {
    #[cfg(feature = "text")]
    ours::listen()?;
    #[cfg(feature = "gloo")]
    gloo::listen()?;
    Ok(())
}

#[cfg(any(feature = "gloo", feature = "text"))]
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(text: &str);
}
