//! Which parts of a request follow a redirect, and where the next request goes.

use typed_eventsource::{CloseReason, Error, EventSource, Fetch, Policy};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::RequestRedirect;

use super::{
    super::{
        support::{Attempt, Script, SeenAttempt, errors, is_firefox, listen},
        waking::come_online,
    },
    open, resilient, run,
};

/// What arrives of a request that is redirected to another origin.
async fn seen_after_redirect(status: u16, fetch: Fetch) -> SeenAttempt {
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

fn redirecting_to(target: &Script) -> Attempt {
    Attempt::answering(307).header("location", &target.url())
}

#[wasm_bindgen_test]
async fn in_firefox_a_source_goes_straight_to_where_a_redirect_has_led_it() {
    run(async || {
        let attempts = [1, 2, 3].map(|data| {
            Attempt::sending(&format!("data: {data}\n\n"))
                .header("content-type", "Text/Event-Stream; charset=utf-8")
        });
        let target = Script::put(attempts).await;
        let start = Script::put([redirecting_to(&target)]).await;
        let source = open_resilient(&start);
        let _errors = errors(&source);
        let mut messages = listen::<u8>(&source, "message");
        assert_eq!(messages.next().await, 1);
        for expected in [2, 3] {
            come_online();
            assert_eq!(messages.next().await, expected);
        }
        source.close();
        // Firefox keeps the connection of the first request, as long as the server sends nothing.
        let (requests, closed) = if is_firefox() { (1, 2) } else { (3, 3) };
        assert_eq!(start.seen().await.len(), requests);
        assert_eq!(target.seen_closed(closed).await.len(), 3);
        target.end().await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_new_source_goes_where_the_redirect_leads_when_it_opens() {
    run(async || {
        let first = Script::put([Attempt::sending("data: 1\n\n")]).await;
        let second = Script::put([Attempt::sending("data: 2\n\n")]).await;
        let start = Script::put([redirecting_to(&first), redirecting_to(&second)]).await;
        for expected in [1, 2] {
            let source = open(&start, Fetch::new());
            assert_eq!(listen::<u8>(&source, "message").next().await, expected);
            source.close();
        }
        first.end().await;
        second.end().await;
    })
    .await;
}

fn open_resilient(start: &Script) -> EventSource {
    let builder = start.builder().fetch(Fetch::new());
    let source = builder.policy(resilient()).open();
    source.expect("a valid request")
}

/// Opens a source that a redirect leads to the first target. That target's stream ends, and later the target does what `later` says.
/// From the second time on, the redirect leads to the second target. Returns the source, and the scripts of the redirect and of the
/// two targets.
async fn redirected_twice(later: Attempt) -> (EventSource, [Script; 3]) {
    let first = Script::put([Attempt::ending("retry: 10\ndata: 1\n\n"), later]).await;
    let second = Script::put([Attempt::sending("data: 2\n\n")]).await;
    let start = Script::put([redirecting_to(&first), redirecting_to(&second)]).await;
    (open_resilient(&start), [start, first, second])
}

#[wasm_bindgen_test]
async fn a_target_that_has_gone_is_left_for_the_url_of_the_source() {
    run(async || {
        for gone in [
            Attempt::answering(404),
            Attempt::sending("<p>").header("content-type", "text/html"),
            Attempt::resetting(),
        ] {
            let (source, [_, _, second]) = redirected_twice(gone).await;
            let mut errors = errors(&source);
            let mut messages = listen::<u8>(&source, "message");
            assert_eq!((messages.next().await, messages.next().await), (1, 2));
            assert_eq!(errors.so_far().len(), 1, "the end of the first stream");
            source.close();
            second.end().await;
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_target_that_asks_to_wait_is_a_failure_and_no_other_url_is_asked_at_once() {
    run(async || {
        for refusal in [429, 500, 503] {
            let (source, [start, first, second]) =
                redirected_twice(Attempt::answering(refusal)).await;
            let mut errors = errors(&source);
            let mut messages = listen::<u8>(&source, "message");
            assert_eq!((messages.next().await, messages.next().await), (1, 2));
            let errors = errors.so_far();
            let is_refused =
                matches!(errors[1..], [Error::Status { status, .. }] if status == refusal);
            assert_eq!(is_refused, is_firefox(), "{errors:?}");
            assert_eq!(first.seen().await.len(), 1 + usize::from(is_firefox()));
            assert_eq!(start.seen().await.len(), 2);
            source.close();
            second.end().await;
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_target_that_has_finished_finishes_the_source() {
    run(async || {
        let (source, [start, ..]) = redirected_twice(Attempt::answering(204)).await;
        let _errors = errors(&source);
        let mut messages = listen::<u8>(&source, "message");
        assert_eq!(messages.next().await, 1);
        if is_firefox() {
            assert_eq!(source.closed().await, CloseReason::Finished);
            assert_eq!(start.seen().await.len(), 1);
        } else {
            assert_eq!(messages.next().await, 2);
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_target_that_does_not_answer_is_not_asked_again() {
    run(async || {
        let (source, [_, first, second]) = redirected_twice(Attempt::hanging()).await;
        let _errors = errors(&source);
        let mut messages = listen::<u8>(&source, "message");
        assert_eq!(messages.next().await, 1);
        if is_firefox() {
            first.seen_attempts(2).await;
            come_online();
        }
        assert_eq!(messages.next().await, 2);
        source.close();
        second.end().await;
    })
    .await;
}
