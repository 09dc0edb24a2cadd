//! An example app in Yew: a dashboard of live prices. Only `live.rs` has to do with server-sent events.
#![cfg(target_family = "wasm")]

#[cfg(feature = "live")]
mod live;
#[cfg(not(feature = "live"))]
mod still;
mod view;

#[cfg(feature = "live")]
use live::App;
#[cfg(not(feature = "live"))]
use still::App;
use wasm_bindgen::prelude::wasm_bindgen;
use yew::Renderer;

/// Starts the app.
#[wasm_bindgen(start)]
pub fn start() {
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(root) = document.and_then(|document| document.get_element_by_id("app")) {
        Renderer::<App>::with_root(root).render();
    }
}
