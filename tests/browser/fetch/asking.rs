//! Users' functions that are asked for the request of each attempt, and one's own `fetch`.

use std::{cell::Cell, rc::Rc, time::Duration};

use js_sys::Promise;
use typed_eventsource::{
    AttemptRequest, CloseReason, Error, EventSource, EventSourceBuilder, Fetch, Policy, Text,
};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Request, RequestInit, Response};

use super::{
    super::support::{Attempt, Script, Transport, errors, journal, listen},
    open, run,
};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch)]
    fn global_fetch(request: &Request) -> Promise;
}

fn patient() -> Policy {
    Policy::browser().reconnection_time(Duration::from_millis(10))
}

/// Opens sources, one over each transport.
fn open_over_each(builder: &EventSourceBuilder) -> impl Iterator<Item = EventSource> {
    let transports = Transport::ALL.iter();
    let sources = transports.map(|transport| transport.set(builder.clone()).open());
    sources.map(|source| source.expect("a valid URL"))
}

#[wasm_bindgen_test]
async fn each_attempt_asks_the_url_that_the_function_answers_with() {
    run(async || {
        for transport in Transport::ALL {
            let first = Script::put([Attempt::ending("id: 1\ndata: 1\n\n")]).await;
            let second = Script::put([Attempt::sending("id: 2\ndata: 2\n\n")]).await;
            let urls = [first.url(), second.url()];
            let builder = EventSource::builder("/never")
                .policy(patient())
                .resume_parameter("after")
                .request_url(async move |attempt| {
                    let url = &urls[attempt.number as usize - 1];
                    Ok(format!(
                        "{url}?number={}&id={}",
                        attempt.number, attempt.last_event_id
                    ))
                });
            let source = transport.set(builder).open().expect("a valid URL");
            let _errors = errors(&source);
            let mut messages = listen::<u8>(&source, "message");
            assert_eq!((messages.next().await, messages.next().await), (1, 2));
            let paths = [first.seen().await, second.seen().await].map(|mut seen| {
                assert_eq!(seen.len(), 1, "{transport:?}");
                seen.remove(0).path
            });
            assert!(paths[0].ends_with("?number=1&id="), "{}", paths[0]);
            assert!(paths[1].ends_with("?number=2&id=1&after=1"), "{}", paths[1]);
            assert_eq!(source.as_raw().is_some(), *transport == Transport::Browser);
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_function_that_fails_is_asked_again_over_either_transport() {
    run(async || {
        for transport in Transport::ALL {
            let script = Script::put([Attempt::sending("data: 1\n\n")]).await;
            let url = script.url();
            let builder = script.builder().policy(patient());
            let builder = builder.request_url(async move |attempt| match attempt.number {
                1 => Err("no ticket".into()),
                _ => Ok(url.clone()),
            });
            let source = transport.set(builder).open().expect("a valid URL");
            let mut journal = journal(&source, &["message"]);
            let expected = [
                "error: the request could not be made: no ticket",
                "waiting 10ms for attempt 1",
                "connecting",
                "open",
                "message: 1",
            ];
            assert_eq!(journal.take(expected.len()).await, expected);
            assert_eq!(script.seen().await.len(), 1);
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_url_that_is_none_closes_the_source_over_either_transport() {
    run(async || {
        let script = Script::put([Attempt::sending("")]).await;
        let builder = script.builder().policy(super::resilient());
        let builder = builder.request_url(async |_| Ok("http://[".into()));
        for source in open_over_each(&builder) {
            let reason = source.closed().await;
            let refused = matches!(&reason, CloseReason::Policy(Error::InvalidUrl { url, .. }) if &**url == "http://[");
            assert!(refused, "{reason:?}");
        }
        assert!(script.seen().await.is_empty());
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_that_closes_before_the_function_answers_drops_it_and_asks_nothing() {
    run(async || {
        let script = Script::put([Attempt::sending("")]).await;
        let held = Rc::new(());
        let in_function = Rc::clone(&held);
        let builder = script.builder().request_url(async move |_| {
            let _held = Rc::clone(&in_function);
            std::future::pending().await
        });
        for source in open_over_each(&builder) {
            gloo_timers::future::TimeoutFuture::new(0).await;
            assert_eq!(Rc::strong_count(&held), 3);
            source.close();
            gloo_timers::future::TimeoutFuture::new(0).await;
            assert_eq!(Rc::strong_count(&held), 2);
        }
        assert!(script.seen().await.is_empty());
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_posts_once_and_goes_on_by_get_after_the_last_event() {
    run(async || {
        let start = Script::put([Attempt::ending("retry: 10\nid: 7\ndata: 1\n\n")]).await;
        let resumed = Script::put([Attempt::sending("data: 2\n\n")]).await;
        let url = resumed.url();
        let fetch = Fetch::post().body("why?").request(async move |attempt| {
            Ok(match attempt.number {
                1 => AttemptRequest::new(),
                _ => AttemptRequest::get(&url).header("X-Number", attempt.number.to_string()),
            })
        });
        let source = open(&start, fetch);
        let _errors = errors(&source);
        let mut messages = listen::<u8>(&source, "message");
        assert_eq!((messages.next().await, messages.next().await), (1, 2));
        let (first, second) = (start.seen().await, resumed.seen().await);
        assert_eq!((first.len(), second.len()), (1, 1));
        assert_eq!((&*first[0].method, &*first[0].body), ("POST", "why?"));
        assert_eq!((&*second[0].method, &*second[0].body), ("GET", ""));
        let headers = ["last-event-id", "x-number"].map(|name| second[0].header(name));
        assert_eq!(headers, ["7", "2"]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn authorization_that_a_function_answers_with_does_not_reach_another_origin() {
    run(async || {
        let target = Script::put([Attempt::sending("data: 1\n\n")]).await;
        let elsewhere = target.url_on_second_origin();
        let start = Script::put([Attempt::answering(307).header("location", &elsewhere)]).await;
        let fetch = Fetch::new()
            .request(async |_| Ok(AttemptRequest::new().header("Authorization", "Bearer secret")));
        let _source = open(&start, fetch);
        let seen = target.seen_attempts(1).await.remove(0);
        assert!(!seen.has_header("authorization"));
        let seen = start.seen().await.remove(0);
        assert_eq!(seen.header("authorization"), "Bearer secret");
        target.end().await;
    })
    .await;
}

/// A wrapper of the global `fetch` that adds a header and counts its calls.
fn wrapper(calls: &Rc<Cell<u32>>) -> Fetch {
    let calls = Rc::clone(calls);
    Fetch::new().fetch_with(async move |request| {
        calls.set(calls.get() + 1);
        let request = Request::new_with_request_and_init(&request, &RequestInit::new())?;
        request.headers().set("X-Call", &calls.get().to_string())?;
        let response = JsFuture::from(global_fetch(&request)).await?;
        Ok(response.unchecked_into())
    })
}

#[wasm_bindgen_test]
async fn ones_own_fetch_makes_each_request() {
    run(async || {
        let attempts = [
            Attempt::ending("retry: 10\ndata: 1\n\n"),
            Attempt::sending("data: 2\n\n"),
        ];
        let (script, calls) = (Script::put(attempts).await, Rc::default());
        let source = open(&script, wrapper(&calls));
        let _errors = errors(&source);
        let mut messages = listen::<u8>(&source, "message");
        assert_eq!((messages.next().await, messages.next().await), (1, 2));
        let seen = script.seen().await;
        let calls_seen: Vec<_> = seen
            .iter()
            .map(|attempt| attempt.header("x-call"))
            .collect();
        assert_eq!((calls.get(), &*calls_seen), (2, &["1", "2"][..]));
        assert_eq!(seen[0].header("accept"), "text/event-stream");
    })
    .await;
}

#[wasm_bindgen_test]
async fn ones_own_fetch_may_answer_without_a_network_and_is_not_asked_why_it_did_not() {
    run(async || {
        let calls = Rc::new(Cell::new(0));
        let count = Rc::clone(&calls);
        let fetch = Fetch::new().fetch_with(async move |_| {
            count.set(count.get() + 1);
            if count.get() > 1 {
                return Err(JsValue::from_str("no network"));
            }
            let response = Response::new_with_opt_str(Some("data: hello\n\n"))?;
            response
                .headers()
                .set("Content-Type", "text/event-stream")?;
            Ok(response)
        });
        let builder = EventSource::builder("http://feed.invalid/").fetch(fetch);
        let source = builder.policy(patient().close_after_losses(2)).open();
        let source = source.expect("a valid request");
        let _errors = errors(&source);
        let mut messages = listen::<Text>(&source, "message");
        assert_eq!(messages.next().await.0, "hello");
        let reason = source.closed().await;
        let CloseReason::Policy(Error::TooMany { count: 2, last, .. }) = reason else {
            panic!("{reason:?}");
        };
        assert!(matches!(*last, Error::ConnectionLost { .. }), "{last:?}");
        assert_eq!(calls.get(), 2);
    })
    .await;
}
