//! What a source does about each status and each content type.

use futures::StreamExt;
use typed_eventsource::{CloseReason, Error, EventSource, Policy, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{
    Attempt, Cors, Heard, Script, Step, Transport, builder, is_refusal, listen, next_error, run,
    stream,
};

/// Asserts that this answer is final by the standard: the source closes without a second attempt.
async fn assert_final(answer: Attempt, refused: impl Fn(&Error) -> bool) {
    let answer = &answer;
    run(async || {
        let script = Script::put([answer.clone()]).await;
        assert_closes(script.open(), &refused).await;
        assert_eq!(script.seen().await.len(), 1);
    })
    .await;
}

/// Whether the error is that of an answer with another content type. On a busy machine the error may lack the body, for which
/// the source waits only a second.
fn is_content_type_error(error: &Error, expected: Option<&str>) -> bool {
    match error {
        Error::ContentType {
            content_type, body, ..
        } => content_type.as_deref() == expected && "data: 1\n\n".starts_with(&**body),
        other => !Transport::selected().is_fetch() && matches!(other, Error::GivenUp { .. }),
    }
}

async fn assert_closes(source: EventSource, refused: impl Fn(&Error) -> bool) {
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

/// Asserts that this answer is an event stream.
async fn assert_stream(answer: impl Fn(Attempt) -> Attempt) {
    run(async || {
        let script = Script::put([answer(Attempt::sending("data: 1\n\n"))]).await;
        assert_eq!(listen::<u8>(&script.open(), "message").next().await, 1);
    })
    .await;
}

/// The browser's own source does not tell a 204 from another failure.
#[wasm_bindgen_test]
async fn status_204_closes_the_source() {
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
        assert_final(answer, |error| is_refusal(error, status)).await;
    }
}

#[wasm_bindgen_test]
async fn another_content_type_is_final() {
    let page = Attempt::sending("data: 1\n\n").header("content-type", "text/html");
    assert_final(page, |error| {
        is_content_type_error(error, Some("text/html"))
    })
    .await;
}

/// Without a content type both browsers sniff the data, and wait until they have enough of it or its end.
#[wasm_bindgen_test]
async fn an_answer_without_a_content_type_is_final() {
    let untyped = Attempt::ending("data: 1\n\n").without_header("content-type");
    assert_final(untyped, |error| is_content_type_error(error, None)).await;
}

#[wasm_bindgen_test]
async fn a_content_type_may_have_a_charset() {
    let content_type = "text/event-stream; charset=utf-8";
    assert_stream(|answer| answer.header("content-type", content_type)).await;
}

#[wasm_bindgen_test]
async fn an_answer_without_cors_headers_is_refused() {
    run(async || {
        let script = Script::put([Attempt::sending("data: 1\n\n").cors(Cors::None)]).await;
        assert_closes(
            script.open_with(Policy::close_on_error()),
            is_refused_by_cors,
        )
        .await;
        assert_eq!(script.seen().await.len(), 1);
    })
    .await;
}

fn is_refused_by_cors(error: &Error) -> bool {
    if Transport::selected().is_fetch() {
        matches!(error, Error::Cors { .. })
    } else {
        matches!(error, Error::GivenUp { .. })
    }
}

#[wasm_bindgen_test]
async fn an_answer_for_any_origin_is_a_stream() {
    assert_stream(|answer| answer.cors(Cors::Any)).await;
}

#[wasm_bindgen_test]
async fn an_answer_for_any_origin_is_refused_if_credentials_were_sent() {
    run(async || {
        let script = Script::put([Attempt::sending("data: 1\n\n").cors(Cors::Any)]).await;
        let builder = script.builder().with_credentials(true);
        let source = builder.policy(Policy::close_on_error()).open();
        assert_closes(source.expect("a valid URL"), is_refused_by_cors).await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_redirect_is_followed_and_events_have_the_origin_of_its_target() {
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
async fn credentials_are_sent_to_another_origin_only_if_asked_for() {
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
async fn a_request_accepts_an_event_stream() {
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

/// Chrome keeps trying and Firefox gives up. The policy sees an error in both cases.
#[wasm_bindgen_test]
async fn a_server_that_does_not_answer_is_an_error() {
    run(async || {
        let script = Script::put([Attempt::playing([Step::Reset])]).await;
        let reason = script.open_with(Policy::close_on_error()).closed().await;
        let is_lost_or_given_up = matches!(
            reason.error(),
            Some(Error::ConnectionLost { .. } | Error::GivenUp { .. })
        );
        assert!(is_lost_or_given_up, "{reason:?}");
    })
    .await;
}
