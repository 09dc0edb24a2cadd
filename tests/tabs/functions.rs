//! The functions of a builder, which a worker or another tab has asked.

use std::{
    cell::Cell,
    rc::Rc,
    time::{Duration, SystemTime},
};

use typed_eventsource::{
    AttemptRequest, CloseReason, Decision, Error, EventSource, EventSourceBuilder, Fetch, Policy,
    Refresh,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Request, RequestInit};

use super::{
    numbers, open_two, playing, run_in_each_way, run_in_each_way_over, shared,
    support::{Attempt, Script, Step, Transport},
};

fn over_fetch(script: &Script, fetch: Fetch) -> EventSourceBuilder {
    EventSource::builder(script.url())
        .fetch(fetch)
        .shared_among_tabs()
}

#[wasm_bindgen_test]
async fn fresh_headers_are_made_for_the_attempts_of_all_sources() {
    run_in_each_way_over(Transport::Fetch, async || {
        let script = Script::put([playing([Step::Silence])]).await;
        let fetch = Fetch::new()
            .header("X-Fixed", "old")
            .header("x-fixed", "fixed")
            .header("X-Token", "stale")
            .fresh_headers(|| async { Ok(vec![("X-Token".into(), "fresh".into())]) });
        let (sources, _) = open_two(|| over_fetch(&script, fetch.clone()), |_| ()).await;
        let seen = script.seen().await;
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].header("x-token"), "fresh");
        assert_eq!(seen[0].header("x-fixed"), "fixed");
        drop(sources);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_function_makes_the_request_of_each_attempt() {
    run_in_each_way_over(Transport::Fetch, async || {
        let script = Script::put([
            Attempt::ending("id: 4\ndata: 4\n\n"),
            Attempt::sending("data: 5\n\n"),
        ])
        .await;
        let url = script.url();
        let fetch = Fetch::post().body("first").request(async move |attempt| {
            let is_first = attempt.number == 1;
            assert_eq!(is_first, attempt.error.is_none());
            Ok(match is_first {
                true => AttemptRequest::new().header("X-Attempt", "1"),
                false => AttemptRequest::get(format!("{url}?after={}", attempt.last_event_id)),
            })
        });
        let builder = || over_fetch(&script, fetch.clone()).policy(super::ends::impatient());
        let sources = [(); 2].map(|()| builder().open().unwrap());
        for numbers in &mut sources.each_ref().map(numbers) {
            assert_eq!(numbers.take(2).await, [4, 5]);
        }
        let seen = script.seen().await;
        assert_eq!((&*seen[0].method, &*seen[0].body), ("POST", "first"));
        assert_eq!(seen[0].header("x-attempt"), "1");
        assert_eq!((&*seen[1].method, &*seen[1].body), ("GET", ""));
        assert!(seen[1].path.ends_with("?after=4"), "{}", seen[1].path);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_function_that_fails_is_told_as_without_sharing() {
    run_in_each_way_over(Transport::Fetch, async || {
        let script = Script::put([playing([Step::Silence])]).await;
        let fetch = Fetch::new().request(async |_| Err("no token".into()));
        let policy = Policy::close_on_error();
        let source = over_fetch(&script, fetch).policy(policy).open().unwrap();
        let CloseReason::Policy(Error::Request { message, .. }) = source.closed().await else {
            panic!("{:?}", source.state());
        };
        assert_eq!(&*message, "no token");
        assert!(script.seen().await.is_empty());
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_function_accepts_what_the_standard_refuses() {
    run_in_each_way_over(Transport::Fetch, async || {
        let created = Attempt::sending("data: 1\n\n").with_status(201);
        let script = Script::put([created]).await;
        let fetch = Fetch::new().accept(|response| {
            response.status() == 201 && response.header("content-type").is_some()
        });
        let source = over_fetch(&script, fetch).open().unwrap();
        assert_eq!(numbers(&source).next().await, 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_refusal_is_refreshed_once_for_all_sources() {
    run_in_each_way_over(Transport::Fetch, async || {
        let script = Script::put([Attempt::answering(401), Attempt::sending("data: 1\n\n")]).await;
        let calls = Rc::new(Cell::new(0));
        let counted = Rc::clone(&calls);
        let refresh = Refresh::new(move || {
            counted.set(counted.get() + 1);
            async { Ok(()) }
        });
        let builder = || shared(&script).on_unauthorized(&refresh);
        let sources = [(); 2].map(|()| builder().open().unwrap());
        for numbers in &mut sources.each_ref().map(numbers) {
            assert_eq!(numbers.next().await, 1);
        }
        assert_eq!(calls.get(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_refresh_that_fails_closes_all_sources_with_what_it_says() {
    run_in_each_way_over(Transport::Fetch, async || {
        let script = Script::put([Attempt::answering(401)]).await;
        let refresh = Refresh::new(|| async { Err("no password".into()) });
        let source = shared(&script).on_unauthorized(&refresh).open().unwrap();
        let CloseReason::Policy(Error::Refresh { message, .. }) = source.closed().await else {
            panic!("{:?}", source.state());
        };
        assert_eq!(&*message, "no password");
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_rule_decides_for_all_sources() {
    run_in_each_way(async || {
        let refusal = Attempt::answering(418);
        let script = Script::put([refusal, Attempt::sending("data: 1\n\n")]).await;
        let asked = Rc::new(Cell::new(0));
        let counted = Rc::clone(&asked);
        let policy = Policy::browser().rule(move |context| {
            counted.set(counted.get() + 1);
            assert_eq!((context.failures, context.proposed), (1, Decision::Close));
            Decision::Reopen {
                after: Duration::from_millis(20),
            }
        });
        let builder = || shared(&script).policy(policy.clone());
        let sources = [(); 2].map(|()| builder().open().unwrap());
        for numbers in &mut sources.each_ref().map(numbers) {
            assert_eq!(numbers.next().await, 1);
        }
        assert_eq!((asked.get(), script.seen().await.len()), (1, 2));
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_connection_is_renewed_before_its_token_expires() {
    run_in_each_way_over(Transport::Fetch, async || {
        let script = Script::put([playing([Step::Silence])]).await;
        let has_expiry = Cell::new(true);
        let expiry = move || {
            let now = SystemTime::UNIX_EPOCH + Duration::from_millis(js_sys::Date::now() as u64);
            has_expiry.take().then(|| now + Duration::from_millis(400))
        };
        let source = shared(&script).renew_before(expiry).open().unwrap();
        assert_eq!(script.seen_attempts(2).await.len(), 2);
        drop(source);
        script.end().await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_fetch_of_the_user_makes_the_request() {
    run_in_each_way_over(Transport::Fetch, async || {
        let script = Script::put([Attempt::sending("data: 1\n\n")]).await;
        let fetch = Fetch::new().fetch_with(async |request| {
            let init = RequestInit::new();
            init.set_signal(Some(&request.signal()));
            let url = format!("{}?own", request.url());
            let request = Request::new_with_str_and_init(&url, &init)?;
            let window = web_sys::window().ok_or("there is no window")?;
            let response = JsFuture::from(window.fetch_with_request(&request)).await?;
            Ok(response.unchecked_into())
        });
        let (sources, _) = open_two(|| over_fetch(&script, fetch.clone()), |_| ()).await;
        let seen = script.seen().await;
        assert_eq!(seen.len(), 1);
        assert!(seen[0].path.ends_with("?own"), "{}", seen[0].path);
        drop(sources);
        script.end().await;
    })
    .await;
}
