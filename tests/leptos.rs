//! The hooks for Leptos: in a window of a browser, against the real server; and natively, as on a server.
#![cfg(feature = "leptos")]
#![allow(
    dead_code,
    unused_imports,
    reason = "most of the support is for the tests of the source itself"
)]

#[cfg(target_family = "wasm")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[cfg(all(target_family = "wasm", feature = "testing"))]
#[path = "../src/leptos/example.rs"]
mod example;
#[cfg(target_family = "wasm")]
#[path = "leptos/in_browser/mod.rs"]
mod in_browser;
#[cfg(all(not(target_family = "wasm"), feature = "testing"))]
#[path = "leptos/on_server.rs"]
mod on_server;
#[cfg(target_family = "wasm")]
#[path = "browser/support/mod.rs"]
mod support;
