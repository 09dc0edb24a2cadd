//! Compresses data as a server would.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/support.js")]
extern "C" {
    #[wasm_bindgen(js_name = gzip)]
    async fn compress(byte: u8, length: u32) -> js_sys::Uint8Array;
}

/// `length` times the same byte, as gzip.
pub async fn gzip(byte: u8, length: u32) -> Vec<u8> {
    compress(byte, length).await.to_vec()
}
