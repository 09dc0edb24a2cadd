//! URLs that are not fetched, whatever the network does.

use typed_eventsource::{CloseReason, Error, Policy};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{builder, run};

#[wasm_bindgen_test]
async fn a_url_that_cannot_be_fetched_closes_a_source() {
    run(async || {
        for url in [
            "ftp://127.0.0.1/",
            "about:blank",
            "mailto:a@b.test",
            "javascript:alert(1)",
        ] {
            let source = builder(url).policy(Policy::resilient()).open();
            let source = source.expect("a valid URL");
            let _errors = source.on_error(|_| {});
            let reason = source.closed().await;
            let CloseReason::Policy(Error::InvalidRequest { message, .. }) = reason else {
                panic!("{url}: {reason:?}");
            };
            assert!(message.contains("URLs cannot be fetched"), "{message}");
        }
    })
    .await;
}
