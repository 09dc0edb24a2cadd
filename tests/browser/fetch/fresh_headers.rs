//! A function that makes the headers of each attempt.

use std::{cell::Cell, rc::Rc, time::Duration};

use futures::channel::oneshot;
use gloo_timers::future::TimeoutFuture;
use typed_eventsource::{Backoff, CloseReason, Error, Fetch, HeadersResult, LimitAction, Policy};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Script, errors, journal},
    open, run,
};

/// A request whose headers are made from the number of the attempt, from 1 on.
fn numbered(headers: impl Fn(u32) -> HeadersResult + 'static) -> Fetch {
    let (headers, count) = (Rc::new(headers), Cell::new(0));
    Fetch::new()
        .header("X-Token", "old")
        .fresh_headers(move || {
            count.set(count.get() + 1);
            let (headers, number) = (Rc::clone(&headers), count.get());
            async move {
                TimeoutFuture::new(1).await;
                headers(number)
            }
        })
}

fn token(number: u32) -> HeadersResult {
    Ok(vec![("x-token".into(), number.to_string())])
}

#[wasm_bindgen_test]
async fn fresh_headers_replace_fixed_headers_of_the_same_name_at_each_attempt() {
    run(async || {
        let script = Script::put([Attempt::ending("retry: 10\n\n")]).await;
        let _source = open(&script, numbered(token));
        let seen = script.seen_attempts(3).await;
        let tokens: Vec<_> = seen
            .iter()
            .map(|attempt| attempt.header("x-token"))
            .collect();
        assert_eq!(tokens[..3], ["1", "2", "3"]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_calls_the_function_that_its_builder_has_adopted_last() {
    run(async || {
        let script = Script::put([Attempt::ending("retry: 10\n\n")]).await;
        let with = |token: &'static str| {
            let headers = move || async move { Ok(vec![("x-token".into(), token.into())]) };
            script.builder().fetch(Fetch::new().fresh_headers(headers))
        };
        let first = with("old");
        let source = first.clone().open().expect("a valid request");
        let _errors = source.on_error(|_| {});
        script.seen_attempts(1).await;
        assert!(first.adopt_closures(&with("new")));
        let seen = script.seen_attempts(3).await;
        let tokens: Vec<_> = seen
            .iter()
            .map(|attempt| attempt.header("x-token"))
            .collect();
        assert_eq!((tokens[0], tokens[2]), ("old", "new"));
    })
    .await;
}

#[wasm_bindgen_test]
async fn headers_that_cannot_be_made_are_an_error_and_there_is_another_attempt_after_the_reconnection_time()
 {
    run(async || {
        let script = Script::put([Attempt::sending("data: 1\n\n")]).await;
        let fetch = numbered(|number| match number {
            1 => Err("no token".into()),
            _ => token(number),
        });
        let policy = Policy::browser().reconnection_time(Duration::from_millis(10));
        let source = script.builder().fetch(fetch).policy(policy).open();
        let mut journal = journal(&source.expect("a valid request"), &["message"]);
        let expected = [
            "error: the request could not be made: no token",
            "waiting 10ms for attempt 1",
            "connecting",
            "open",
            "message: 1",
        ];
        assert_eq!(journal.take(expected.len()).await, expected);
        let seen = script.seen().await;
        assert_eq!((seen.len(), seen[0].header("x-token")), (1, "2"));
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_header_that_is_not_allowed_closes_the_source_without_a_request() {
    run(async || {
        for (name, value) in [("two words", "x"), ("X-Lines", "one\nand another")] {
            let script = Script::put([Attempt::sending("")]).await;
            let fetch = numbered(move |_| Ok(vec![(name.into(), value.into())]));
            let builder = script.builder().fetch(fetch).policy(super::resilient());
            let source = builder.open().expect("the header is not made yet");
            let reason = source.closed().await;
            let refused = matches!(reason, CloseReason::Policy(Error::InvalidRequest { .. }));
            assert!(refused, "{reason:?}");
            assert!(script.seen().await.is_empty());
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_that_closes_before_its_headers_are_made_sends_no_request() {
    run(async || {
        let script = Script::put([Attempt::sending("")]).await;
        let (asked, is_asked) = oneshot::channel();
        let (sender, headers) = oneshot::channel::<()>();
        let once = Cell::new(Some((asked, headers)));
        let source = open(
            &script,
            Fetch::new().fresh_headers(move || {
                let (asked, headers) = once.take().expect("one attempt");
                asked.send(()).expect("a test that waits");
                async move {
                    headers.await?;
                    token(1)
                }
            }),
        );
        is_asked.await.expect("they are asked for");
        source.close();
        sender.send(()).expect("somebody waits for them");
        TimeoutFuture::new(20).await;
        assert!(script.seen().await.is_empty());
    })
    .await;
}

/// A request whose headers never come, and an `Rc` of which each attempt that waits for the headers has a clone.
fn with_headers_that_never_come() -> (Fetch, Rc<()>) {
    let waiting = Rc::new(());
    let wait = Rc::clone(&waiting);
    let fetch = Fetch::new().fresh_headers(move || {
        let held = Rc::clone(&wait);
        async move {
            let _held = held;
            std::future::pending().await
        }
    });
    (fetch, waiting)
}

#[wasm_bindgen_test]
async fn an_attempt_that_is_given_up_no_longer_waits_for_its_headers() {
    run(async || {
        let script = Script::put([Attempt::sending("")]).await;
        let (fetch, waiting) = with_headers_that_never_come();
        let backoff = Backoff::new().initial(Duration::from_millis(1));
        let policy = Policy::resilient()
            .backoff(backoff)
            .on_slow_open(Duration::from_millis(10), LimitAction::Reopen);
        let source = script.builder().fetch(fetch).policy(policy).open();
        let source = source.expect("a valid request");
        errors(&source).take(3).await;
        TimeoutFuture::new(0).await;
        // The test and the function hold one clone each, and an attempt that waits may hold a third.
        assert!(Rc::strong_count(&waiting) <= 3);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_closed_source_no_longer_waits_for_its_headers_even_if_a_handle_is_held() {
    run(async || {
        let script = Script::put([Attempt::sending("")]).await;
        let (fetch, waiting) = with_headers_that_never_come();
        let source = open(&script, fetch);
        TimeoutFuture::new(0).await;
        assert_eq!(Rc::strong_count(&waiting), 3);
        source.close();
        TimeoutFuture::new(0).await;
        assert_eq!(Rc::strong_count(&waiting), 1);
    })
    .await;
}
