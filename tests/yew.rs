//! The hooks of Yew, in components that are mounted in a window.
#![cfg(all(target_family = "wasm", feature = "yew"))]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[path = "browser/support/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "most of it is for the tests of the source itself"
)]
mod support;

#[path = "yew/mod.rs"]
mod hooks;
