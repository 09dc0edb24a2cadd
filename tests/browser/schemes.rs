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
            let error = match builder(url).policy(Policy::resilient()).open() {
                Ok(source) => {
                    let _errors = source.on_error(|_| {});
                    match source.closed().await {
                        CloseReason::Policy(error) => error,
                        reason => panic!("{url}: {reason:?}"),
                    }
                }
                // WebKit does not even make its own source, once the page has a policy.
                Err(error) => error,
            };
            let Error::InvalidRequest { message, .. } = error else {
                panic!("{url}: {error:?}");
            };
            assert!(message.contains("URLs cannot be fetched"), "{message}");
        }
    })
    .await;
}
