//! The tests of sources that are shared among tabs, in a window. Two sources of a page are two members of the connection, as those of
//! two tabs are.
#![cfg(all(
    target_family = "wasm",
    feature = "json",
    feature = "fetch",
    feature = "tabs"
))]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod tabs;
