//! The hooks of Yew, in components that are mounted in a window.
#![cfg(all(target_family = "wasm", feature = "yew"))]
#![allow(
    dead_code,
    unused_imports,
    reason = "most of the support is for the tests of the source itself"
)]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[path = "browser/support/mod.rs"]
mod support;

#[path = "yew/mod.rs"]
mod hooks;
