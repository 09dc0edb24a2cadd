//! Requests that the page's Content Security Policy blocks.

use typed_eventsource::{CloseReason, Error, Policy};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{builder, run};

/// The policy of a page goes on until the page is gone, so that it allows what other tests need. A worker has the policy of its
/// own response.
#[wasm_bindgen_test]
async fn a_blocked_url_closes_a_source_with_an_error_that_names_the_directive() {
    if web_sys::window().is_none() {
        return;
    }
    let policy = r#"document.head.insertAdjacentHTML(
        "beforeend",
        `<meta http-equiv="Content-Security-Policy" content="connect-src 'self' 127.0.0.1:* data: blob:">`,
    )"#;
    js_sys::eval(policy).expect("a page");
    run(async || {
        let source = builder("http://blocked.test/#now").policy(Policy::resilient());
        let source = source.open().expect("a valid URL");
        let _errors = source.on_error(|_| {});
        let reason = source.closed().await;
        let CloseReason::Policy(Error::Blocked { url, directive, .. }) = reason else {
            panic!("{reason:?}");
        };
        assert_eq!(
            (&*url, &*directive),
            ("http://blocked.test/#now", "connect-src")
        );
    })
    .await;
}
