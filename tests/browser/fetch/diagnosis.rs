//! Why a request has failed, which browsers hide from pages.

use std::time::Duration;

use js_sys::Reflect;
use typed_eventsource::{CloseReason, Error, EventSource, Fetch, Policy, State};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{
        Attempt, Clock, Cors, Heard, Script, Step, Transport, errors, is_refusal, is_webkit,
        listen, run_over, send,
    },
    open, run,
};

/// The error that a source has closed with.
async fn error_of(source: EventSource) -> Error {
    let _errors = source.on_error(|_| {});
    match source.closed().await {
        CloseReason::Policy(error) => error,
        other => panic!("{other:?}"),
    }
}

/// The last error of a source that closes at the second lost connection.
async fn second_loss(script: &Script, fetch: Fetch) -> Error {
    let policy = Policy::browser()
        .close_after_losses(2)
        .reconnection_time(Duration::from_millis(10));
    let source = script.builder().fetch(fetch).policy(policy).open();
    match error_of(source.expect("a valid request")).await {
        Error::TooMany { last, .. } => Error::clone(&last),
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn a_refusal_by_cors_says_what_the_server_has_to_send_and_it_is_asked_once() {
    run(async || {
        let script = Script::put([Attempt::answering(200).cors(Cors::None)]).await;
        let fetch = Fetch::new().header("X-Token", "1");
        let error = second_loss(&script, fetch).await;
        let Error::Cors { url, message, .. } = &error else {
            panic!("{error:?}");
        };
        assert_eq!(**url, *script.url());
        assert!(
            message.contains("Access-Control-Allow-Origin: http://"),
            "{message}"
        );
        assert!(
            message.ends_with(" and Access-Control-Allow-Headers: x-token"),
            "{message}"
        );
        assert_eq!(script.no_cors_requests().await, 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_server_that_cannot_be_reached_is_a_lost_connection() {
    run(async || {
        let script = Script::put([Attempt::playing([Step::Reset])]).await;
        let error = second_loss(&script, Fetch::new()).await;
        assert!(matches!(error, Error::ConnectionLost { .. }), "{error:?}");
    })
    .await;
}

/// While this lives, a server whose answers CORS hides takes the place of the network.
struct HiddenServer(JsValue);

impl HiddenServer {
    fn replace_network() -> Self {
        let replace_fetch = r#"
            const real = globalThis.fetch;
            globalThis.fetch = async (request) => {
                if (request.mode !== "no-cors" || !globalThis.fetch.isUp) throw new TypeError("no answer");
                return new Response();
            };
            real
        "#;
        Self(js_sys::eval(&format!("{{{replace_fetch}}}")).expect("a global scope"))
    }

    fn set_up(&self, is_up: bool) {
        js_sys::eval(&format!("globalThis.fetch.isUp = {is_up}")).expect("a global scope");
    }
}

impl Drop for HiddenServer {
    fn drop(&mut self) {
        let _ = Reflect::set(&js_sys::global(), &"fetch".into(), &self.0);
    }
}

#[wasm_bindgen_test]
async fn a_verdict_on_cors_holds_for_ten_seconds_and_then_the_server_is_asked_again() {
    run(async || {
        let (clock, server) = (Clock::stopped(), HiddenServer::replace_network());
        let policy = Policy::browser().reconnection_time(Duration::from_millis(10));
        let source = EventSource::builder("http://hidden.test/").fetch(Fetch::new());
        let source = source.policy(policy).open().expect("a valid URL");
        let mut errors = errors(&source);
        let mut are_cors = Vec::new();
        for (is_up, seconds) in [
            (false, 1),
            (true, 8),
            (true, 1),
            (true, 9),
            (false, 1),
            (false, 1),
        ] {
            server.set_up(is_up);
            are_cors.push(matches!(errors.next().await, Error::Cors { .. }));
            Clock::advance(Duration::from_secs(seconds));
        }
        assert_eq!(are_cors, [false, false, false, true, true, false]);
        source.close();
        drop((clock, server));
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_that_may_not_ask_does_not() {
    run(async || {
        let script = Script::put([Attempt::answering(200).cors(Cors::None)]).await;
        let builder = script.builder().policy(Policy::close_on_error());
        let source = builder.diagnose(false).open().expect("a valid URL");
        let error = error_of(source).await;
        assert!(matches!(error, Error::ConnectionLost { .. }), "{error:?}");
        assert_eq!(script.no_cors_requests().await, 0);
    })
    .await;
}

/// Runs the body of a test with a script whose every attempt is this one, and with a source over the browser's own `EventSource` that
/// asks why an attempt has failed.
async fn run_asking(attempt: Attempt, policy: Policy, body: impl AsyncFn(&Script, EventSource)) {
    run_over(Transport::Browser, async || {
        let script = Script::put([attempt.clone()]).await;
        let builder = script.builder().policy(policy.clone()).diagnose(true);
        body(&script, builder.open().expect("a valid URL")).await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_browsers_own_source_that_asks_finishes_at_a_204() {
    run_asking(
        Attempt::answering(204),
        Policy::resilient(),
        async |script, source| {
            assert_eq!(source.closed().await, CloseReason::Finished);
            assert_eq!(script.seen_closed(2).await.len(), 2);
        },
    )
    .await;
}

#[wasm_bindgen_test]
async fn the_browsers_own_source_that_asks_closes_at_a_403_whose_body_it_does_not_read() {
    let attempt = Attempt::sending("not for you").with_status(403);
    run_asking(attempt, Policy::resilient(), async |script, source| {
        match error_of(source).await {
            Error::Status {
                status: 403, body, ..
            } => assert_eq!(&*body, ""),
            other => panic!("{other:?}"),
        }
        let seen = script.seen_closed(2).await;
        assert_eq!(seen[1].closed_by.as_deref(), Some("client"));
    })
    .await;
}

#[wasm_bindgen_test]
async fn webkitgtk_hands_over_a_401_once_its_body_has_ended() {
    if !is_webkit() {
        return;
    }
    super::super::support::run(async || {
        let steps = [send("who are you?"), Step::Wait, Step::End];
        let script = Script::put([Attempt::playing(steps).with_status(401)]).await;
        let source = script.open();
        let mut errors = errors(&source);
        script.seen_attempts(1).await;
        // What is sent to another source later has arrived by then.
        let other = Script::put([Attempt::sending("data: 1\n\n")]).await;
        assert_eq!(listen::<u8>(&other.open(), "message").next().await, 1);
        assert!(errors.so_far().is_empty());
        script.release().await;
        let error = errors.next().await;
        assert!(is_refusal(&error, 401), "{error:?}");
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_browsers_own_source_that_asks_waits_at_a_503() {
    let attempt = Attempt::answering(503)
        .header("retry-after", "120")
        .header("access-control-expose-headers", "retry-after");
    run_asking(attempt, Policy::resilient(), async |_, source| {
        let _errors = source.on_error(|_| {});
        let (hear, mut states) = Heard::new();
        let _listener = source.on_state(hear);
        let wait = Duration::from_secs(120);
        assert_eq!(states.next().await, State::waiting(1, Some(wait)));
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_browsers_own_source_that_asks_closes_at_a_refusal_by_cors() {
    let attempt = Attempt::answering(200).cors(Cors::None);
    run_asking(attempt, Policy::browser(), async |script, source| {
        let error = error_of(source).await;
        assert!(matches!(error, Error::Cors { .. }), "{error:?}");
        assert_eq!(script.no_cors_requests().await, 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_error_of_the_browsers_own_source_says_how_to_find_out() {
    run_over(Transport::Browser, async || {
        let script = Script::put([Attempt::answering(401)]).await;
        let error = error_of(script.open()).await.to_string();
        assert!(
            error.contains("`diagnose` (feature `fetch`) finds out"),
            "{error}"
        );
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_post_that_cors_refuses_is_sent_once() {
    run(async || {
        let script = Script::put([Attempt::answering(200).cors(Cors::None)]).await;
        let source = open(&script, Fetch::post());
        let error = error_of(source).await;
        assert!(matches!(error, Error::Cors { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.starts_with("CORS probably refused"), "{text}");
        assert_eq!(script.seen().await.len(), 1);
    })
    .await;
}
