//! What an error tells of the server's answer.

use js_sys::{Function, Reflect};
use typed_eventsource::{CloseReason, Error, Event, EventSource, Policy};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Heard, Script, Step, listen, send},
    resilient, run,
};

/// The error for which the policy has closed the source.
async fn closing_error(source: &EventSource) -> Error {
    match source.closed().await {
        CloseReason::Policy(error) => error,
        other => panic!("{other:?}"),
    }
}

/// The error with at least `length` bytes of the answer's body. A source waits for the body only a second, which may be too
/// short on a busy machine: this opens sources until one has these bytes.
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

/// The body in the error of an answer with status 500, which is expected to have `length` bytes; and the script.
async fn body_in_error(length: usize, steps: impl Into<Vec<Step>>) -> (String, Script) {
    let script = Script::put([Attempt::playing(steps).with_status(500)]).await;
    let error = closing_error_with_body(length, || script.open()).await;
    match error {
        Error::Status { body, .. } => (body.to_string(), script),
        other => panic!("{other:?}"),
    }
}

async fn assert_client_left(script: &Script) {
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
            times: 1000,
            send: "0123456789",
        };
        for (sent, expected) in [
            (large, "0123456789".repeat(102) + "0123"),
            (send(&"日".repeat(1000)), "日".repeat(341)),
            (send("busy"), "busy".to_owned()),
        ] {
            let (body, script) = body_in_error(expected.len(), [sent, Step::Silence]).await;
            assert_eq!(body, expected);
            assert_client_left(&script).await;
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn each_attempt_follows_the_redirect_again() {
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
        assert_client_left(&target).await;
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
