//! What the server answers, and what is told of it.

use js_sys::{Function, Reflect};
use typed_eventsource::{CloseReason, Error, Event, EventSource, Policy};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Heard, Script, Step, listen, send},
    resilient, run,
};

/// What the policy closed the source for.
async fn closed_for(source: &EventSource) -> Error {
    match source.closed().await {
        CloseReason::Policy(error) => error,
        other => panic!("{other:?}"),
    }
}

/// What sources are closed for, once one has heard so many bytes of the answer's body: it waits a second for them, in
/// which not all of them may come where the machine is busy.
async fn closed_with(length: usize, open: impl Fn() -> EventSource) -> Error {
    loop {
        let error = closed_for(&open()).await;
        let (Error::Status { body, .. } | Error::ContentType { body, .. }) = &error else {
            panic!("{error:?}");
        };
        if body.len() >= length {
            return error;
        }
    }
}

/// The body that is told of an answer with status 500 and with this one, of which so many bytes are to be told.
async fn told_of(length: usize, steps: impl Into<Vec<Step>>) -> (String, Script) {
    let script = Script::put([Attempt::playing(steps).with_status(500)]).await;
    let error = closed_with(length, || script.open()).await;
    match error {
        Error::Status { body, .. } => (body.to_string(), script),
        other => panic!("{other:?}"),
    }
}

async fn the_client_has_left(script: &Script) {
    let seen = script.seen_closed(1).await;
    assert_eq!(seen[0].closed_by.as_deref(), Some("client"));
}

#[wasm_bindgen_test]
async fn a_wrong_status_is_told_with_url_type_and_body() {
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
        } = closed_with(text.len(), || script.open()).await
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
async fn a_wrong_content_type_is_told_with_the_body() {
    run(async || {
        let text = "<p>Log in</p>";
        let page = Attempt::ending(text).header("content-type", "text/html");
        let script = Script::put([page]).await;
        let error = closed_with(text.len(), || script.open_with(resilient())).await;
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
async fn of_a_body_the_beginning_is_told_in_whole_characters_and_the_rest_is_not_awaited() {
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
            let (body, script) = told_of(expected.len(), [sent, Step::Silence]).await;
            assert_eq!(body, expected);
            the_client_has_left(&script).await;
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_redirect_is_followed_again_by_each_attempt() {
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

/// Firefox does not do so before: neither at an abort of the request, nor where its body is cancelled.
#[wasm_bindgen_test]
async fn a_connection_that_a_redirect_has_led_to_ends_as_soon_as_the_server_sends_more() {
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
        the_client_has_left(&target).await;
    })
    .await;
}

/// A page may have replaced `fetch`, for its own tests for instance.
#[wasm_bindgen_test]
async fn an_answer_that_is_no_response_closes_it() {
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
            let error = closed_for(&script.open_with(resilient())).await;
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
async fn a_fetch_that_throws_or_makes_no_promise_leaves_no_source_connecting() {
    run(async || {
        let script = Script::put([Attempt::hanging()]).await;
        let closed_with = async |body: &str| {
            let real = replace_fetch(&Function::new_no_args(body));
            let error = closed_for(&script.open_with(Policy::close_on_error())).await;
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
            match closed_with(body).await {
                Error::ConnectionLost { message, .. } => {
                    assert_eq!(message.as_deref(), Some(expected), "{body}");
                }
                other => panic!("{body}: {other:?}"),
            }
        }
        let error = closed_with("return {}").await;
        assert!(matches!(error, Error::Internal { .. }), "{error:?}");
    })
    .await;
}

/// Answers with the one before.
fn replace_fetch(fetch: &Function) -> Function {
    let global = js_sys::global();
    let before = Reflect::get(&global, &"fetch".into()).expect("there is a `fetch`");
    Reflect::set(&global, &"fetch".into(), fetch).expect("it can be replaced");
    before.unchecked_into()
}
