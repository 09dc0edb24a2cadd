//! Which parts of a request follow a redirect.

use typed_eventsource::{CloseReason, Error, Fetch, Policy};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::RequestRedirect;

use super::{
    super::{
        leaving::is_firefox,
        support::{Attempt, Script, Seen, listen},
    },
    open, run,
};

/// What arrives of a request that is redirected to another origin.
async fn seen_after_redirect(status: u16, fetch: Fetch) -> Seen {
    let target = Script::put([Attempt::sending("")]).await;
    let elsewhere = target.url_on_second_origin();
    let start = Script::put([Attempt::answering(status).header("location", &elsewhere)]).await;
    let _source = open(&start, fetch);
    let seen = target.seen_attempts(1).await.remove(0);
    target.end().await;
    seen
}

#[wasm_bindgen_test]
async fn all_headers_but_authorization_follow_a_redirect_to_another_origin() {
    run(async || {
        let fetch = Fetch::new()
            .header("X-Token", "1")
            .fresh_headers(async || Ok(vec![("Authorization".into(), "Bearer x".into())]));
        let seen = seen_after_redirect(307, fetch).await;
        assert_eq!(seen.header("x-token"), "1");
        assert!(!seen.has_header("authorization"));
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_body_follows_a_redirect_that_keeps_the_method() {
    run(async || {
        let post = || Fetch::post().body("secret");
        for status in [307, 308] {
            let seen = seen_after_redirect(status, post()).await;
            assert_eq!((&*seen.method, &*seen.body), ("POST", "secret"), "{status}");
        }
        for status in [301, 302, 303] {
            let seen = seen_after_redirect(status, post()).await;
            assert_eq!((&*seen.method, &*seen.body), ("GET", ""), "{status}");
            assert!(!seen.has_header("content-type"), "{status}");
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_that_refuses_redirects_sends_nothing_to_their_target() {
    run(async || {
        let target = Script::put([Attempt::sending("")]).await;
        for url in [target.url(), target.url_on_second_origin()] {
            let start = Script::put([Attempt::answering(307).header("location", &url)]).await;
            let fetch = Fetch::new()
                .header("X-Token", "1")
                .redirect(RequestRedirect::Error);
            let builder = start.builder().fetch(fetch);
            let source = builder.policy(Policy::close_on_error()).open();
            let reason = source.expect("a valid request").closed().await;
            let CloseReason::Policy(Error::ConnectionLost { .. }) = reason else {
                panic!("{reason:?}");
            };
            assert_eq!(start.seen().await.len(), 1);
        }
        assert!(target.seen().await.is_empty());
        assert_eq!(target.preflights().await, 0);
    })
    .await;
}

#[wasm_bindgen_test]
async fn firefox_goes_straight_to_where_a_redirect_has_led() {
    run(async || {
        let target = Script::put([Attempt::sending("data: 1\n\n")]).await;
        let start = Script::put([Attempt::answering(307).header("location", &target.url())]).await;
        for _ in 0..3 {
            let source = open(&start, Fetch::new());
            assert_eq!(listen::<u8>(&source, "message").next().await, 1);
            source.close();
        }
        // Firefox keeps the connection of the first source, as long as the server sends nothing.
        let (requests, closed) = if is_firefox() { (1, 2) } else { (3, 3) };
        assert_eq!(start.seen().await.len(), requests);
        assert_eq!(target.seen_closed(closed).await.len(), 3);
        target.end().await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_redirect_may_lead_elsewhere_later() {
    run(async || {
        for later in [404, 204] {
            let first = Script::put([
                Attempt::ending("retry: 10\ndata: 1\n\n"),
                Attempt::answering(later),
            ])
            .await;
            let second = Script::put([Attempt::sending("data: 2\n\n")]).await;
            let to = |target: &Script| Attempt::answering(302).header("location", &target.url());
            let source = Script::put([to(&first), to(&second)]).await.open();
            let mut messages = listen::<u8>(&source, "message");
            assert_eq!((messages.next().await, messages.next().await), (1, 2));
            source.close();
            second.end().await;
        }
    })
    .await;
}
