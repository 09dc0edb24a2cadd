//! What each answer of a server means.

use futures::StreamExt;
use typed_eventsource::{CloseReason, Error, EventSource, Policy, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Cors, Heard, Script, Step, listen, next_error, run, stream};

/// The browser takes this answer for final: the source closes, and there is no second attempt.
async fn is_final(answer: Attempt) {
    let script = Script::put([answer]).await;
    gives_up(&script, script.open()).await;
    assert_eq!(script.seen().await.len(), 1);
}

async fn gives_up(script: &Script, source: EventSource) {
    let mut messages = stream::<Text>(&source, "message");
    match source.closed().await {
        CloseReason::Policy(Error::GivenUp { url }) => assert_eq!(url, script.url()),
        other => panic!("{other:?}"),
    }
    let error = next_error(&mut messages).await;
    assert!(matches!(error, Error::GivenUp { .. }), "{error:?}");
    assert!(messages.next().await.is_none());
    assert!(source.as_raw().is_none());
}

/// The browser takes this answer for an event stream.
async fn is_a_stream(answer: impl FnOnce(Attempt) -> Attempt) {
    let script = Script::put([answer(Attempt::sending("data: 1\n\n"))]).await;
    assert_eq!(listen::<u8>(&script.open(), "message").next().await, 1);
}

#[wasm_bindgen_test]
async fn status_204_is_final() {
    run(is_final(Attempt::answering(204))).await;
}

#[wasm_bindgen_test]
async fn status_401_is_final() {
    run(is_final(Attempt::answering(401))).await;
}

#[wasm_bindgen_test]
async fn status_404_is_final() {
    run(is_final(Attempt::answering(404))).await;
}

#[wasm_bindgen_test]
async fn status_500_is_final() {
    run(is_final(Attempt::answering(500))).await;
}

#[wasm_bindgen_test]
async fn status_503_is_final() {
    run(is_final(Attempt::answering(503).header("retry-after", "1"))).await;
}

#[wasm_bindgen_test]
async fn another_content_type_is_final() {
    let page = Attempt::sending("data: 1\n\n").header("content-type", "text/html");
    run(is_final(page)).await;
}

/// Both browsers look into the data for its type, and wait for enough of it or for its end.
#[wasm_bindgen_test]
async fn no_content_type_is_final() {
    let untyped = Attempt::ending("data: 1\n\n").without_header("content-type");
    run(is_final(untyped)).await;
}

#[wasm_bindgen_test]
async fn a_charset_beside_the_content_type_does_no_harm() {
    let content_type = "text/event-stream; charset=utf-8";
    run(is_a_stream(|answer| {
        answer.header("content-type", content_type)
    }))
    .await;
}

#[wasm_bindgen_test]
async fn an_answer_without_cors_headers_is_final() {
    run(is_final(Attempt::sending("data: 1\n\n").cors(Cors::None))).await;
}

#[wasm_bindgen_test]
async fn an_answer_for_any_origin_is_a_stream() {
    run(is_a_stream(|answer| answer.cors(Cors::Any))).await;
}

#[wasm_bindgen_test]
async fn an_answer_for_any_origin_is_refused_where_credentials_went_along() {
    run(async {
        let script = Script::put([Attempt::sending("data: 1\n\n").cors(Cors::Any)]).await;
        let source = script.builder().with_credentials(true).open();
        gives_up(&script, source.expect("a valid URL")).await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_redirect_is_followed_and_events_have_the_origin_that_it_led_to() {
    run(async {
        for status in [301, 307] {
            let target = Script::put([Attempt::sending("data: 1\n\n")]).await;
            let elsewhere = target.url_on_second_origin();
            let start = Attempt::answering(status).header("location", &elsewhere);
            let source = Script::put([start]).await.open();
            let (hear, mut origins) = Heard::new();
            let _listener = source.on::<u8>("message", move |event| {
                hear(event.origin().to_owned());
            });
            assert_eq!(origins.next().await, target.second_origin(), "{status}");
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn credentials_go_to_another_origin_only_where_asked_for() {
    run(async {
        let with_cookie = Attempt::ending("retry: 10\ndata: 1\n\n")
            .header("set-cookie", "visitor=42; Path=/streams");
        let script = Script::put([with_cookie, Attempt::sending("data: 2\n\n")]).await;
        for (with_credentials, attempts, cookie) in [
            (true, 2, "visitor=42"),
            (false, 3, ""),
            (true, 4, "visitor=42"),
        ] {
            let source = EventSource::builder(script.url_on_second_origin())
                .with_credentials(with_credentials)
                .open();
            let _listener = source.expect("a valid URL").on::<u8>("message", |_| {});
            let seen = script.seen_attempts(attempts).await;
            assert_eq!(seen[attempts - 1].header("cookie"), cookie);
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_browser_asks_for_an_event_stream() {
    run(async {
        let script = Script::put([Attempt::sending("")]).await;
        let _source = script.open();
        let seen = script.seen_attempts(1).await;
        assert_eq!(seen[0].header("accept"), "text/event-stream");
        assert_eq!(seen[0].header("last-event-id"), "");
        assert_eq!(seen[0].path, script.path());
    })
    .await;
}

/// Chrome goes on trying, Firefox gives up: the policy is told in either case.
#[wasm_bindgen_test]
async fn no_answer_at_all_is_an_error() {
    run(async {
        let script = Script::put([Attempt::playing([Step::Reset])]).await;
        let reason = script.open_with(Policy::close_on_error()).closed().await;
        let told = matches!(
            reason.error(),
            Some(Error::ConnectionLost { .. } | Error::GivenUp { .. })
        );
        assert!(told, "{reason:?}");
    })
    .await;
}
