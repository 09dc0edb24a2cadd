//! The browser tests in a window.
#![cfg(all(target_family = "wasm", feature = "json"))]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod browser;
