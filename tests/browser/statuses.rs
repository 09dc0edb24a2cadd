//! What each answer of a server means.

use futures::StreamExt;
use typed_eventsource::{CloseReason, Error, EventSource, Policy, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{
    Attempt, Cors, Heard, Script, Step, Transport, builder, is_refusal, listen, next_error, run,
    stream,
};

/// The standard takes this answer for final: the source closes, and there is no second attempt.
async fn is_final(answer: Attempt, refused: impl Fn(&Error) -> bool) {
    let answer = &answer;
    run(async || {
        let script = Script::put([answer.clone()]).await;
        gives_up(script.open(), &refused).await;
        assert_eq!(script.seen().await.len(), 1);
    })
    .await;
}

/// What is known of an answer with another content type. Of the body no more than comes soon, which on a busy machine may be
/// nothing.
fn is_another_type(error: &Error, expected: Option<&str>) -> bool {
    match error {
        Error::ContentType {
            content_type, body, ..
        } => content_type.as_deref() == expected && "data: 1\n\n".starts_with(&**body),
        other => !Transport::selected().is_fetch() && matches!(other, Error::GivenUp { .. }),
    }
}

async fn gives_up(source: EventSource, refused: impl Fn(&Error) -> bool) {
    let mut messages = stream::<Text>(&source, "message");
    match source.closed().await {
        CloseReason::Policy(error) => assert!(refused(&error), "{error:?}"),
        other => panic!("{other:?}"),
    }
    let error = next_error(&mut messages).await;
    assert!(refused(&error), "{error:?}");
    assert!(messages.next().await.is_none());
    assert!(source.as_raw().is_none());
}

/// This answer is taken for an event stream.
async fn is_a_stream(answer: impl Fn(Attempt) -> Attempt) {
    run(async || {
        let script = Script::put([answer(Attempt::sending("data: 1\n\n"))]).await;
        assert_eq!(listen::<u8>(&script.open(), "message").next().await, 1);
    })
    .await;
}

/// The browser's own source tells 204 from nothing else.
#[wasm_bindgen_test]
async fn status_204_is_the_end() {
    run(async || {
        let script = Script::put([Attempt::answering(204)]).await;
        match script.open().closed().await {
            CloseReason::Finished => assert!(Transport::selected().is_fetch()),
            CloseReason::Policy(error) => assert!(is_refusal(&error, 204), "{error:?}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(script.seen().await.len(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn every_other_status_is_final() {
    for status in [401, 404, 500, 503] {
        let answer = Attempt::answering(status).header("retry-after", "1");
        is_final(answer, |error| is_refusal(error, status)).await;
    }
}

#[wasm_bindgen_test]
async fn another_content_type_is_final() {
    let page = Attempt::sending("data: 1\n\n").header("content-type", "text/html");
    is_final(page, |error| is_another_type(error, Some("text/html"))).await;
}

/// Both browsers look into the data for its type, and wait for enough of it or for its end.
#[wasm_bindgen_test]
async fn no_content_type_is_final() {
    let untyped = Attempt::ending("data: 1\n\n").without_header("content-type");
    is_final(untyped, |error| is_another_type(error, None)).await;
}

#[wasm_bindgen_test]
async fn a_charset_beside_the_content_type_does_no_harm() {
    let content_type = "text/event-stream; charset=utf-8";
    is_a_stream(|answer| answer.header("content-type", content_type)).await;
}

/// By `fetch` it looks like a lost connection.
#[wasm_bindgen_test]
async fn an_answer_without_cors_headers_is_refused() {
    run(async || {
        let script = Script::put([Attempt::sending("data: 1\n\n").cors(Cors::None)]).await;
        gives_up(script.open_with(Policy::close_on_error()), is_no_answer).await;
        assert_eq!(script.seen().await.len(), 1);
    })
    .await;
}

fn is_no_answer(error: &Error) -> bool {
    if Transport::selected().is_fetch() {
        matches!(
            error,
            Error::ConnectionLost {
                message: Some(_),
                ..
            }
        )
    } else {
        matches!(error, Error::GivenUp { .. })
    }
}

#[wasm_bindgen_test]
async fn an_answer_for_any_origin_is_a_stream() {
    is_a_stream(|answer| answer.cors(Cors::Any)).await;
}

#[wasm_bindgen_test]
async fn an_answer_for_any_origin_is_refused_where_credentials_went_along() {
    run(async || {
        let script = Script::put([Attempt::sending("data: 1\n\n").cors(Cors::Any)]).await;
        let builder = script.builder().with_credentials(true);
        let source = builder.policy(Policy::close_on_error()).open();
        gives_up(source.expect("a valid URL"), is_no_answer).await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_redirect_is_followed_and_events_have_the_origin_that_it_led_to() {
    run(async || {
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
            target.end().await;
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn credentials_go_to_another_origin_only_where_asked_for() {
    run(async || {
        let with_cookie = Attempt::ending("retry: 10\ndata: 1\n\n")
            .header("set-cookie", "visitor=42; Path=/streams");
        let script = Script::put([with_cookie, Attempt::sending("data: 2\n\n")]).await;
        for (with_credentials, attempts, cookie) in [
            (true, 2, "visitor=42"),
            (false, 3, ""),
            (true, 4, "visitor=42"),
        ] {
            let source = builder(script.url_on_second_origin())
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
    run(async || {
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
    run(async || {
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
