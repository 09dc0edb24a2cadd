//! What an error and the state of an open source tell of the server's answer.

use std::time::Duration;

use js_sys::{Function, Reflect};
use typed_eventsource::{CloseReason, Error, Event, EventSource, Fetch, Policy, State};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Heard, Script, Step, listen, send},
    open, resilient, run,
};

/// The error for which the policy has closed the source.
pub(super) async fn closing_error(source: &EventSource) -> Error {
    match source.closed().await {
        CloseReason::Policy(error) => error,
        other => panic!("{other:?}"),
    }
}

/// The error with at least `length` bytes of the answer's body. A source waits for the body only a second, which may be too
/// short on a busy machine. So this opens sources until an error has these bytes.
async fn closing_error_with_body(length: usize, open: impl Fn() -> EventSource) -> Error {
    loop {
        let error = closing_error(&open()).await;
        let (Error::Status { body, .. } | Error::ContentType { body, .. }) = &error else {
            panic!("{error:?}");
        };
        if body.len() >= length {
            return error;
        }
    }
}

/// The body in the error of an answer with status 500, once it has at least `length` bytes, and the script.
async fn body_in_error(
    length: usize,
    steps: impl Into<Vec<Step>>,
    fetch: Fetch,
) -> (String, Script) {
    let script = Script::put([Attempt::playing(steps).with_status(500)]).await;
    let error = closing_error_with_body(length, || open(&script, fetch.clone())).await;
    match error {
        Error::Status { body, .. } => (body.to_string(), script),
        other => panic!("{other:?}"),
    }
}

async fn assert_client_ended_first_attempt(script: &Script) {
    let seen = script.seen_closed(1).await;
    assert_eq!(seen[0].closed_by.as_deref(), Some("client"));
}

#[wasm_bindgen_test]
async fn the_error_of_a_wrong_status_has_the_url_the_content_type_and_the_body() {
    run(async || {
        let text = "{\"reason\":\"überlastet\"}";
        let answer = Attempt::ending(text)
            .with_status(418)
            .header("content-type", "application/json");
        let script = Script::put([answer]).await;
        let Error::Status {
            url,
            status,
            content_type,
            body,
            ..
        } = closing_error_with_body(text.len(), || script.open()).await
        else {
            panic!("not a status");
        };
        assert_eq!((&*url, status), (&*script.url(), 418));
        assert_eq!(content_type.as_deref(), Some("application/json"));
        assert_eq!(&*body, text);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_error_of_a_wrong_content_type_has_the_body() {
    run(async || {
        let text = "<p>Log in</p>";
        let page = Attempt::ending(text).header("content-type", "text/html");
        let script = Script::put([page]).await;
        let error = closing_error_with_body(text.len(), || script.open_with(resilient())).await;
        let Error::ContentType {
            url,
            status: 200,
            content_type,
            body,
            ..
        } = error
        else {
            panic!("{error:?}");
        };
        assert_eq!((&*url, &*body), (&*script.url(), text));
        assert_eq!(content_type.as_deref(), Some("text/html"));
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_error_has_the_start_of_the_body_in_whole_characters_and_does_not_wait_for_the_rest() {
    run(async || {
        let large = Step::Repeat {
            times: 10_000,
            send: "0123456789",
        };
        for (sent, expected) in [
            (large, "0123456789".repeat(1638) + "0123"),
            (send(&"日".repeat(6000)), "日".repeat(5461)),
            (send("busy"), "busy".to_owned()),
        ] {
            let fetch = Fetch::new();
            let (body, script) = body_in_error(expected.len(), [sent, Step::Silence], fetch).await;
            assert_eq!(body, expected);
            assert_client_ended_first_attempt(&script).await;
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_error_has_as_much_of_the_body_as_the_app_wants() {
    run(async || {
        for (size, expected) in [
            (0, String::new()),
            (5, "éé".into()),
            (20_000, "é".repeat(9000)),
        ] {
            let sent = send(&"é".repeat(9000));
            let fetch = Fetch::new().max_error_body_size(size);
            let (body, script) = body_in_error(expected.len(), [sent, Step::Silence], fetch).await;
            assert_eq!(body, expected);
            assert_client_ended_first_attempt(&script).await;
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_error_of_a_refusal_has_the_headers_and_its_text_has_the_start_of_the_body() {
    run(async || {
        let text = format!("{{\n  \"reason\": \"{}\"\n}}", "über".repeat(100));
        let answer = Attempt::ending(&text)
            .with_status(429)
            .header("retry-after", "34")
            .header("x-request-id", "req_9")
            .header("access-control-expose-headers", "retry-after, x-request-id");
        let script = Script::put([answer]).await;
        let error = closing_error_with_body(text.len(), || script.open()).await;
        let start = format!("{} answered with status 429: ", script.url());
        let error_text = error.to_string();
        assert!(
            error_text.starts_with(&format!("{start}{{ \"reason\": \"über")),
            "{error_text}"
        );
        assert_eq!(error_text.chars().count(), start.chars().count() + 201);
        let Error::Status {
            response,
            retry_after,
            ..
        } = error
        else {
            panic!("{error:?}");
        };
        assert_eq!(retry_after, Some(Duration::from_secs(34)));
        assert_eq!((response.status(), response.url()), (429, &*script.url()));
        assert_eq!(response.header("X-Request-Id"), Some("req_9"));
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_open_source_has_the_status_the_headers_and_the_url_of_the_response() {
    run(async || {
        let answer = Attempt::sending("data: 1\n\n")
            .header("mcp-session-id", "abc")
            .header("access-control-expose-headers", "mcp-session-id");
        let target = Script::put([answer]).await;
        let elsewhere = target.url_on_second_origin();
        let start = Attempt::answering(307).header("location", &elsewhere);
        let source = Script::put([start]).await.open();
        listen::<u8>(&source, "message").next().await;
        let State::Open {
            response: Some(response),
            ..
        } = source.state()
        else {
            panic!("{source:?}");
        };
        assert_eq!((response.status(), response.redirected()), (200, true));
        assert_eq!(response.url(), elsewhere);
        assert_eq!(response.header("content-type"), Some("text/event-stream"));
        assert_eq!(response.header("Mcp-Session-Id"), Some("abc"));
        source.close();
        target.end().await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_error_of_a_wrong_content_type_after_a_redirect_names_the_url_that_has_answered() {
    run(async || {
        let page = Attempt::ending("<!doctype html>").header("content-type", "text/html");
        let target = Script::put([page]).await;
        let elsewhere = format!("{}?login", target.url());
        let start = Attempt::answering(302).header("location", &elsewhere);
        let script = Script::put([start]).await;
        let error = closing_error_with_body(1, || script.open()).await;
        let expected = format!(
            "{} was redirected to {elsewhere}, which answered with text/html, not with text/event-stream: \
             <!doctype html>",
            script.url()
        );
        assert_eq!(error.to_string(), expected);
    })
    .await;
}

#[wasm_bindgen_test]
async fn each_attempt_follows_a_redirect_to_another_origin_again() {
    run(async || {
        for status in [301, 302, 307, 308] {
            let target = Script::put([
                Attempt::ending("retry: 10\ndata: 1\n\n"),
                Attempt::sending("data: 2\n\n"),
            ])
            .await;
            let elsewhere = target.url_on_second_origin();
            let start = Attempt::answering(status).header("location", &elsewhere);
            let script = Script::put([start]).await;
            let source = script.open();
            let (hear, mut origins) = Heard::new();
            let _listener = source.on("message", move |event: Event<u8>| {
                hear((event.data, event.origin().to_owned()));
            });
            let origin = target.second_origin().to_owned();
            assert_eq!(origins.take(2).await, [(1, origin.clone()), (2, origin)]);
            assert_eq!(script.seen().await.len(), 2, "{status}");
            target.end().await;
        }
    })
    .await;
}

/// Firefox does not end the connection earlier, neither when the request is aborted nor when its body is cancelled.
#[wasm_bindgen_test]
async fn a_connection_after_a_redirect_ends_as_soon_as_the_server_sends_more() {
    run(async || {
        let beats = (0..100).flat_map(|_| [send(":\n"), Step::Pause(20)]);
        let steps = [send("data: 1\n\n"), Step::Wait].into_iter().chain(beats);
        let steps: Vec<_> = steps.chain([Step::Silence]).collect();
        let target = Script::put([Attempt::playing(steps)]).await;
        let elsewhere = target.url_on_second_origin();
        let start = Attempt::answering(307).header("location", &elsewhere);
        let source = Script::put([start]).await.open();
        listen::<u8>(&source, "message").next().await;
        source.close();
        target.release().await;
        assert_client_ended_first_attempt(&target).await;
    })
    .await;
}

/// A page may have replaced `fetch`, for its tests for example.
#[wasm_bindgen_test]
async fn a_fetch_that_does_not_return_a_response_closes_the_source() {
    run(async || {
        let script = Script::put([Attempt::hanging()]).await;
        for answer in [
            "{}",
            "{ status: 200 }",
            "{ status: 200, headers: {} }",
            "undefined",
        ] {
            let real = replace_fetch(&Function::new_no_args(&format!(
                "return Promise.resolve({answer})"
            )));
            let error = closing_error(&script.open_with(resilient())).await;
            replace_fetch(&real);
            assert!(
                matches!(error, Error::Internal { .. }),
                "{answer}: {error:?}"
            );
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_fetch_that_throws_or_returns_no_promise_closes_the_source() {
    run(async || {
        let script = Script::put([Attempt::hanging()]).await;
        let error_with_fetch = async |body: &str| {
            let real = replace_fetch(&Function::new_no_args(body));
            let error = closing_error(&script.open_with(Policy::close_on_error())).await;
            replace_fetch(&real);
            error
        };
        for (body, expected) in [
            ("throw new Error('at once')", "at once"),
            ("throw 'a text'", "a text"),
            (
                "return Promise.reject(Object.assign(new Error(), { message: undefined }))",
                "Error",
            ),
        ] {
            match error_with_fetch(body).await {
                Error::ConnectionLost { message, .. } => {
                    assert_eq!(message.as_deref(), Some(expected), "{body}");
                }
                other => panic!("{body}: {other:?}"),
            }
        }
        let error = error_with_fetch("return {}").await;
        assert!(matches!(error, Error::Internal { .. }), "{error:?}");
    })
    .await;
}

/// Replaces the global `fetch`, and returns the one before.
fn replace_fetch(fetch: &Function) -> Function {
    let global = js_sys::global();
    let before = Reflect::get(&global, &"fetch".into()).expect("there is a `fetch`");
    Reflect::set(&global, &"fetch".into(), fetch).expect("it can be replaced");
    before.unchecked_into()
}
