//! When a browser sends a preflight before a request to another origin.

use typed_eventsource::{CloseReason, Error, Fetch, Policy};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Cors, Script, listen},
    open, run,
};

#[wasm_bindgen_test]
async fn a_header_that_is_not_simple_needs_a_preflight() {
    run(async || {
        let script = Script::put([Attempt::sending("data: 1\n\n")]).await;
        let source = open(&script, Fetch::new().header("X-Token", "1"));
        listen::<u8>(&source, "message").next().await;
        assert_eq!(script.preflights().await, 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_last_event_id_as_a_header_needs_a_preflight_and_arrives() {
    run(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\nid: 7\ndata: 1\n\n"),
            Attempt::sending("data: 2\n\n"),
        ])
        .await;
        assert_eq!(
            listen::<u8>(&script.open(), "message").take(2).await,
            [1, 2]
        );
        let seen = script.seen().await;
        assert_eq!((seen.len(), seen[1].header("last-event-id")), (2, "7"));
        assert_eq!(script.preflights().await, 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_last_event_id_in_the_query_needs_no_preflight() {
    run(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\nid: 7\ndata: 1\n\n"),
            Attempt::sending("data: 2\n\n"),
        ])
        .await;
        let source = script.builder().resume_parameter("after").open();
        let source = source.expect("a valid URL");
        assert_eq!(listen::<u8>(&source, "message").take(2).await, [1, 2]);
        let seen = script.seen().await;
        assert_eq!(seen[1].path, format!("{}?after=7", script.path()));
        assert!(!seen[1].has_header("last-event-id"));
        assert_eq!(script.preflights().await, 0);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_error_of_a_refused_preflight_of_a_reconnection_has_advice_and_no_attempt_reaches_the_server()
 {
    run(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\nid: 7\ndata: 1\n\n"),
            Attempt::sending("data: 2\n\n").cors(Cors::None),
        ])
        .await;
        let source = script.open_with(Policy::browser().close_after_losses(2));
        let reason = source.closed().await;
        let CloseReason::Policy(Error::TooMany { count: 2, last, .. }) = reason else {
            panic!("{reason:?}");
        };
        let Error::Cors { message, .. } = &*last else {
            panic!("{last:?}");
        };
        let advice = "with Access-Control-Allow-Headers: last-event-id, or set `resume_parameter`";
        assert!(message.ends_with(advice), "{message}");
        assert_eq!(script.no_cors_requests().await, 1);
        assert_eq!(script.seen().await.len(), 1);
        assert_eq!(script.preflights().await, 1);
    })
    .await;
}
