//! Requests that the page's Content Security Policy blocks.

use typed_eventsource::{CloseReason, Error, Policy};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Transport, builder, is_webkit, run};

/// The policy stays in force until the page is gone, so it allows what other tests need. A worker has the policy that comes with
/// its script.
#[wasm_bindgen_test]
async fn a_blocked_url_closes_a_source_with_an_error_that_names_the_directive() {
    if web_sys::window().is_none() {
        return;
    }
    let policy = r#"document.head.insertAdjacentHTML(
        "beforeend",
        `<meta http-equiv="Content-Security-Policy" content="connect-src 'self' 127.0.0.1:* *.invalid hidden.test data: blob:">`,
    )"#;
    js_sys::eval(policy).expect("a page");
    run(async || {
        for blocked in [
            "http://blocked.test/#now",
            "http://user:password@blocked.test/",
        ] {
            let error = match builder(blocked).policy(Policy::resilient()).open() {
                Ok(source) => {
                    let _errors = source.on_error(|_| {});
                    match source.closed().await {
                        CloseReason::Policy(error) => error,
                        reason => panic!("{blocked}: {reason:?}"),
                    }
                }
                // Over `fetch` a URL has no password.
                Err(_) if blocked.contains('@') && Transport::selected().is_fetch() => continue,
                // WebKit does not even make its own source.
                Err(error) => {
                    assert!(is_webkit() && !Transport::selected().is_fetch(), "{error}");
                    error
                }
            };
            let Error::Blocked { url, directive, .. } = error else {
                panic!("{blocked}: {error:?}");
            };
            assert_eq!((&*url, &*directive), (blocked, "connect-src"));
        }
    })
    .await;
}

/// The error of a source of a blob that is gone, after a violation of this directive by some blob.
async fn error_after_violation(directive: &str) -> Error {
    let source = builder("blob:http://gone.test/1").policy(Policy::close_on_error());
    let source = source.open().expect("a valid URL");
    let _errors = source.on_error(|_| {});
    js_sys::eval(&format!(
        r#"dispatchEvent(Object.assign(
            new Event("securitypolicyviolation"),
            {{ disposition: "enforce", blockedURI: "blob", effectiveDirective: "{directive}" }},
        ))"#
    ))
    .expect("a global scope");
    match source.closed().await {
        CloseReason::Policy(error) => error,
        reason => panic!("{reason:?}"),
    }
}

/// Of a blob's URL a violation tells only the scheme.
#[wasm_bindgen_test]
async fn a_blocked_blob_closes_a_source_and_a_blocked_image_of_the_same_scheme_does_not_count() {
    run(async || {
        let error = error_after_violation("connect-src").await;
        assert!(matches!(error, Error::Blocked { .. }), "{error:?}");
        let error = error_after_violation("img-src").await;
        assert!(!matches!(error, Error::Blocked { .. }), "{error:?}");
    })
    .await;
}
