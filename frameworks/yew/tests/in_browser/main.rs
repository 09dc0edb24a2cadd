//! Components in a window of a browser, against the real server; one, as the documentation shows it, against a fake one.
#![cfg(target_family = "wasm")]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod callbacks;
mod changing;
mod closing;
mod errors;
#[path = "../../src/example.rs"]
mod example;
mod folding;
mod mounting;
mod sharing;
mod stage;
