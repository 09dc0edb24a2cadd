//! Headers that are asked for again before each attempt.

use std::{cell::Cell, rc::Rc, time::Duration};

use futures::channel::oneshot;
use gloo_timers::future::TimeoutFuture;
use typed_eventsource::{Backoff, CloseReason, Error, Fetch, HeadersResult, LimitAction, Policy};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Script, errors, journal},
    open, run,
};

/// Asks for headers by the number of the attempt, from 1.
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
async fn each_attempt_has_its_own_in_place_of_fixed_ones() {
    run(async || {
        let script = Script::put([Attempt::ending("retry: 10\n\n")]).await;
        let _source = open(&script, numbered(token));
        let seen = script.seen_attempts(3).await;
        let tokens: Vec<_> = seen.iter().map(|one| one.header("x-token")).collect();
        assert_eq!(tokens[..3], ["1", "2", "3"]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_asks_the_function_that_its_builder_has_adopted_last() {
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
        let tokens: Vec<_> = seen.iter().map(|one| one.header("x-token")).collect();
        assert_eq!((tokens[0], tokens[2]), ("old", "new"));
    })
    .await;
}

#[wasm_bindgen_test]
async fn where_they_cannot_be_made_it_is_told_and_tried_again_after_the_reconnection_time() {
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
            "error: the headers of the request could not be made: no token",
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
async fn one_that_is_not_allowed_closes_the_source_and_nothing_is_sent() {
    run(async || {
        for (name, value) in [("two words", "x"), ("X-Lines", "one\nand another")] {
            let script = Script::put([Attempt::sending("")]).await;
            let fetch = numbered(move |_| Ok(vec![(name.into(), value.into())]));
            let builder = script.builder().fetch(fetch).policy(super::resilient());
            let source = builder.open().expect("nothing is known of it yet");
            let reason = source.closed().await;
            let refused = matches!(reason, CloseReason::Policy(Error::InvalidRequest { .. }));
            assert!(refused, "{reason:?}");
            assert!(script.seen().await.is_empty());
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_that_closes_before_they_are_there_sends_nothing() {
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

/// Headers that never come, and how many still wait for them.
fn never() -> (Fetch, Rc<()>) {
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
async fn an_attempt_that_is_given_up_waits_for_them_no_longer() {
    run(async || {
        let script = Script::put([Attempt::sending("")]).await;
        let (fetch, waiting) = never();
        let backoff = Backoff::new().initial(Duration::from_millis(1));
        let policy = Policy::resilient()
            .backoff(backoff)
            .on_slow_open(Duration::from_millis(10), LimitAction::Reopen);
        let source = script.builder().fetch(fetch).policy(policy).open();
        let source = source.expect("a valid request");
        errors(&source).take(3).await;
        TimeoutFuture::new(0).await;
        // The test's own, the function's, and that of the attempt that may be under way.
        assert!(Rc::strong_count(&waiting) <= 3);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_close_lets_go_of_them_though_a_handle_lives_on() {
    run(async || {
        let script = Script::put([Attempt::sending("")]).await;
        let (fetch, waiting) = never();
        let source = open(&script, fetch);
        TimeoutFuture::new(0).await;
        assert_eq!(Rc::strong_count(&waiting), 3);
        source.close();
        TimeoutFuture::new(0).await;
        assert_eq!(Rc::strong_count(&waiting), 1);
    })
    .await;
}
