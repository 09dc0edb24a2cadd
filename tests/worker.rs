//! The browser tests in a dedicated worker.
#![cfg(all(target_family = "wasm", feature = "json"))]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

mod browser;
