//! What a request has, and what is refused before a request is sent.

use typed_eventsource::{Body, Error, Fetch};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{ReferrerPolicy, RequestCache, RequestCredentials, RequestMode, UrlSearchParams};

use super::{
    super::support::{Attempt, Observed, Script, SeenAttempt, builder, listen},
    open, run,
};

/// What arrives of a request.
async fn seen_of(fetch: Fetch) -> SeenAttempt {
    let script = Script::put([Attempt::sending("")]).await;
    let _source = open(&script, fetch);
    script.seen_attempts(1).await.remove(0)
}

#[wasm_bindgen_test]
async fn the_method_is_get_by_default() {
    run(async || {
        assert_eq!(seen_of(Fetch::new()).await.method, "GET");
        assert_eq!(seen_of(Fetch::post()).await.method, "POST");
        for method in ["PUT", "DELETE", "PATCH"] {
            assert_eq!(seen_of(Fetch::new().method(method)).await.method, method);
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_last_of_several_headers_of_one_name_is_sent() {
    run(async || {
        let fetch = Fetch::new()
            .header("X-Room", "1")
            .header("X-Other", "2")
            .header("x-room", "3");
        let seen = seen_of(fetch).await;
        assert_eq!(seen.header("x-room"), "3");
        assert_eq!(seen.header("x-other"), "2");
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_default_accept_header_is_that_of_an_event_stream() {
    run(async || {
        assert_eq!(
            seen_of(Fetch::new()).await.header("accept"),
            "text/event-stream"
        );
        let fetch = Fetch::new().header("Accept", "text/event-stream, application/json");
        let seen = seen_of(fetch).await;
        assert_eq!(seen.header("accept"), "text/event-stream, application/json");
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_body_is_sent_with_the_type_that_the_browser_has_for_it() {
    run(async || {
        let form = UrlSearchParams::new().expect("a form");
        form.append("name", "é&");
        for (body, content_type, expected) in [
            ("空".into(), "text/plain;charset=utf-8", "空"),
            ("é\0".as_bytes().into(), "", "é\0"),
            (
                Body::from(JsValue::from(form)),
                "application/x-www-form-urlencoded;charset=utf-8",
                "name=%C3%A9%26",
            ),
        ] {
            let seen = seen_of(Fetch::post().body(body)).await;
            let sent = (seen.header("content-type").to_lowercase(), &*seen.body);
            assert_eq!(sent, (content_type.to_owned(), expected));
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_json_body_has_the_content_type_of_json() {
    run(async || {
        let prompt = serde_json::json!({ "prompt": "ö", "stream": true });
        let seen = seen_of(Fetch::post().json(&prompt).expect("JSON")).await;
        assert_eq!(seen.header("content-type"), "application/json");
        let body: serde_json::Value = serde_json::from_str(&seen.body).expect("JSON");
        assert_eq!(body, prompt);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_credentials_mode_of_fetch_takes_precedence_over_that_of_the_builder() {
    run(async || {
        let cookie = "visitor=42; Path=/streams";
        let with_cookie = Attempt::sending("data: 1\n\n").header("set-cookie", cookie);
        let script = Script::put([with_cookie, Attempt::sending("")]).await;
        let open_with = |with_credentials, fetch| {
            let builder = builder(script.url_on_second_origin()).fetch(fetch);
            let source = builder.with_credentials(with_credentials).open();
            source.expect("a valid request")
        };
        let with = |credentials| Fetch::new().credentials(credentials);
        let include = || with(RequestCredentials::Include);
        listen::<u8>(&open_with(false, include()), "message")
            .next()
            .await;
        for (attempt, with_credentials, fetch, expected) in [
            (1, false, include(), "visitor=42"),
            (2, true, with(RequestCredentials::Omit), ""),
            (3, true, with(RequestCredentials::SameOrigin), ""),
            (4, true, Fetch::new(), "visitor=42"),
            (5, false, Fetch::new(), ""),
        ] {
            let _source = open_with(with_credentials, fetch);
            let seen = script.seen_attempts(attempt + 1).await;
            assert_eq!(seen[attempt].header("cookie"), expected, "{attempt}");
        }
    })
    .await;
}

/// The browser also tells the caches between itself and the server not to answer.
#[wasm_bindgen_test]
async fn no_cache_is_used_by_default() {
    run(async || {
        let seen = seen_of(Fetch::new()).await;
        assert_eq!(seen.header("cache-control"), "no-cache");
        let seen = seen_of(Fetch::new().cache(RequestCache::Default)).await;
        assert_eq!(seen.header("cache-control"), "");
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_referrer_policy_decides_which_referrer_is_sent() {
    run(async || {
        let with = seen_of(Fetch::new().referrer_policy(ReferrerPolicy::Origin)).await;
        assert!(with.header("referer").starts_with("http://"));
        let without = seen_of(Fetch::new().referrer_policy(ReferrerPolicy::NoReferrer)).await;
        assert!(!without.has_header("referer"));
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_invalid_request_is_refused_before_it_is_sent() {
    run(async || {
        let observed = Observed::new();
        let script = Script::put([Attempt::sending("")]).await;
        for bad in [
            Fetch::new().body("a GET has none"),
            Fetch::new().method("HEAD").body("nor has a HEAD"),
            Fetch::new().method("TRACE"),
            Fetch::new().method("no method"),
            Fetch::new().method(""),
            Fetch::new().header("two words", "x"),
            Fetch::new().header("", "x"),
            Fetch::new().header("X-Lines", "one\nand another"),
            Fetch::new().header("X-Wide", "日本"),
            Fetch::new().header("X-One", "1\r\nX-Evil: 1"),
            Fetch::new().header("X-One", "1\0"),
            Fetch::new().header("X-One\r\nX-Evil", "1"),
            Fetch::new().header("X-One:", "1"),
            Fetch::new().last_event_id("7\r\nX-Evil: 1"),
            Fetch::new().last_event_id("a\0b"),
            Fetch::new().method("GET / HTTP/1.1\r\nX-Evil: 1"),
            Fetch::new().method("GET\0"),
            Fetch::new().method("CONNECT"),
            Fetch::new().mode(RequestMode::Navigate),
            Fetch::new().cache(RequestCache::OnlyIfCached),
        ] {
            let shown = format!("{bad:?}");
            match script.builder().fetch(bad).open() {
                Err(Error::InvalidRequest { message, .. }) => assert!(!message.is_empty()),
                other => panic!("{shown}: {other:?}"),
            }
        }
        assert_eq!(observed.attempts(), 0);
        assert!(script.seen().await.is_empty());
    })
    .await;
}
