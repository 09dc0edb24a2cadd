//! Binary data as base64.

use std::error::Error as _;

use typed_eventsource::{Base64Error, Bytes};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{decoding::bad_then_good, payloads::arriving, support::run};

#[wasm_bindgen_test]
async fn bytes_are_base64_also_in_lines_and_without_padding() {
    run(async || {
        for base64 in ["AAH+/w==", "AAH+/w", "AAH\n+/w\n=="] {
            assert_eq!(arriving::<Bytes>(base64).await.0, [0, 1, 254, 255]);
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn bad_base64_is_an_error() {
    run(async || {
        for bad in ["A", "%%%%", "AAH/=A", "AA-_"] {
            let (error, value) = bad_then_good::<Bytes>(bad, "AAE=").await;
            assert!(
                error
                    .source()
                    .is_some_and(|cause| cause.is::<Base64Error>())
            );
            assert_eq!(value.0, [0, 1]);
        }
    })
    .await;
}
