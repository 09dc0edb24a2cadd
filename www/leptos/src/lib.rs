//! An example app in Leptos: a dashboard of live prices. Only `live.rs` has to do with server-sent events.
#![cfg(target_family = "wasm")]
#![allow(unreachable_pub, reason = "`#[component]` generates such items")]

#[cfg(feature = "live")]
mod live;
#[cfg(not(feature = "live"))]
mod still;
mod view;

use leptos::{mount::mount_to, prelude::*, wasm_bindgen::JsCast};
#[cfg(feature = "live")]
use live::App;
#[cfg(not(feature = "live"))]
use still::App;
use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the app.
#[wasm_bindgen(start)]
pub fn start() {
    let root = document().get_element_by_id("app");
    let Some(root) = root.and_then(|root| root.dyn_into().ok()) else {
        return;
    };
    mount_to(root, App).forget();
}
