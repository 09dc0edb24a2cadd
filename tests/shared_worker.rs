//! The browser tests in a shared worker.
#![cfg(all(target_family = "wasm", feature = "json"))]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_shared_worker);

mod browser;
