//! Components in a browser's window, against the test server. The example of the documentation uses a fake server.
#![cfg(target_family = "wasm")]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod callbacks;
mod changing;
mod closing;
mod countdown;
mod errors;
#[path = "../../src/example.rs"]
mod example;
mod folding;
mod mounting;
mod sharing;
mod stage;
