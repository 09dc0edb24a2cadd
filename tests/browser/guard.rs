//! Tests of the guard that all other browser tests use.

use std::time::Duration;

use futures::future;
use gloo_timers::{callback::Timeout, future::TimeoutFuture};
use wasm_bindgen::throw_str;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{guarded, run};

/// The failure that the guard reports of a test that never ends, while the browser runs this callback.
async fn failure_with(callback: fn()) -> String {
    let body = async {
        let _timeout = Timeout::new(0, callback);
        future::pending().await
    };
    let outcome = guarded(Duration::from_secs(60), body).await;
    // WebKit reports what a callback throws after the microtasks that the callback has caused: the next test would hear of it.
    TimeoutFuture::new(0).await;
    outcome.expect_err("a failure")
}

#[wasm_bindgen_test]
async fn a_panic_in_a_callback_fails_the_test() {
    let failure = failure_with(|| panic!("on purpose")).await;
    assert!(
        failure.starts_with("in a callback: panicked at"),
        "{failure}"
    );
    assert!(failure.ends_with("on purpose"), "{failure}");
}

#[wasm_bindgen_test]
async fn an_exception_in_a_callback_fails_the_test() {
    let failure = failure_with(|| throw_str("on purpose")).await;
    assert!(failure.starts_with("in a callback: "), "{failure}");
    assert!(failure.ends_with("on purpose"), "{failure}");
}

#[wasm_bindgen_test]
async fn a_test_that_hangs_fails() {
    let failure = guarded(Duration::from_millis(20), future::pending()).await;
    assert_eq!(failure, Err("still waiting after 20ms".into()));
}

#[wasm_bindgen_test]
async fn a_test_that_passes_passes() {
    assert_eq!(guarded(Duration::from_secs(60), async {}).await, Ok(()));
    run(async || {}).await;
}
