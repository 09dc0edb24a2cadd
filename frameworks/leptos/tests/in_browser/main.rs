//! Components in a browser's window, against the test server. The example of the documentation uses a fake server.
#![cfg(target_family = "wasm")]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod changing;
mod closing;
mod countdown;
mod counting;
mod errors;
#[path = "../../src/example.rs"]
mod example;
mod mounting;
mod page;
mod sharing;
