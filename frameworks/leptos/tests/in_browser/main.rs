//! The hooks in components in a window of a browser, against the real server; one, as the documentation shows it, against a
//! fake one.
#![cfg(target_family = "wasm")]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod changing;
mod closing;
mod counting;
#[path = "../../src/example.rs"]
mod example;
mod mounting;
mod page;
mod sharing;
mod wrong;
