//! CORS, redirects and the second origin.

use crate::support::{put, send, start};
use typed_eventsource_server::{
    client::{Request, WholeResponse, fetch},
    script::{Attempt, Cors},
};

const PAGE: &str = "http://page.test";
const ALLOW_ORIGIN: &str = "access-control-allow-origin";
const ALLOW_CREDENTIALS: &str = "access-control-allow-credentials";

/// The allowed origin, and whether credentials are allowed.
fn cors_headers(answer: &WholeResponse) -> (Option<&str>, Option<&str>) {
    (
        answer.header(ALLOW_ORIGIN),
        answer.header(ALLOW_CREDENTIALS),
    )
}

fn get_from_page(url: impl Into<String>) -> Request {
    Request::new("GET", url).header("origin", PAGE)
}

/// The preflight that a browser sends before a request that is not simple.
async fn preflight(url: impl Into<String>) -> WholeResponse {
    Request::new("OPTIONS", url)
        .header("origin", PAGE)
        .header("access-control-request-method", "DELETE")
        .header("access-control-request-headers", "content-type,x-token")
        .fetch()
        .await
}

fn allows_the_request(answer: &WholeResponse) -> bool {
    answer.header("access-control-allow-methods") == Some("DELETE")
        && answer.header("access-control-allow-headers") == Some("content-type,x-token")
}

#[tokio::test]
async fn preflights_of_scripts_are_allowed() {
    let server = start().await;
    let _script = put(&server, [Attempt::default()]).await;
    for endpoint in ["", "/release", "/seen"] {
        let answer = preflight(format!("{}/scripts/demo{endpoint}", server.origin())).await;
        assert_eq!(answer.status, 200);
        assert_eq!(cors_headers(&answer), (Some(PAGE), Some("true")));
        assert!(allows_the_request(&answer));
    }
}

#[tokio::test]
async fn a_script_decides_which_origins_may_read_its_stream_and_a_preflight_is_no_attempt() {
    let server = start().await;
    let with = |cors| Attempt {
        cors,
        ..Attempt::default()
    };
    let expected = [
        (Cors::Credentials, (Some(PAGE), Some("true"))),
        (Cors::Any, (Some("*"), None)),
        (Cors::None, (None, None)),
    ];
    let script = put(&server, expected.map(|(cors, _)| with(cors))).await;
    for (number, (cors, origin)) in expected.into_iter().enumerate() {
        let answer = preflight(script.url()).await;
        assert_eq!(answer.status, 204);
        assert_eq!(cors_headers(&answer), origin);
        assert_eq!(allows_the_request(&answer), cors != Cors::None);
        let seen = script.seen_closed(number).await;
        assert_eq!((seen.attempts.len(), seen.preflights), (number, number + 1));
        let answer = get_from_page(script.url()).fetch().await;
        assert_eq!(cors_headers(&answer), origin);
        let varies = cors == Cors::Credentials;
        assert_eq!(answer.header("vary"), varies.then_some("origin"));
    }
}

#[tokio::test]
async fn a_request_with_the_mode_no_cors_is_answered_as_the_last_attempt_and_is_no_attempt() {
    let server = start().await;
    let refused = Attempt::answering(503);
    let script = put(&server, [refused, Attempt::playing([send("there")])]).await;
    for (attempts, asks) in [(0, 1), (1, 2)] {
        let request = Request::new("GET", script.url()).header("sec-fetch-mode", "no-cors");
        assert_eq!(request.fetch().await.status, 503);
        let seen = script.seen_closed(attempts).await;
        assert_eq!((seen.attempts.len(), seen.asks), (attempts, asks));
        fetch(script.url()).await;
    }
}

#[tokio::test]
async fn a_preflight_of_an_unknown_stream_is_refused() {
    let server = start().await;
    let url = format!("{}/streams/none", server.origin());
    assert_eq!(preflight(url).await.status, 404);
}

#[tokio::test]
async fn a_refusal_may_be_read_by_any_origin_too() {
    let server = start().await;
    let url = format!("{}/scripts/none/seen", server.origin());
    let answer = get_from_page(url).fetch().await;
    assert_eq!(answer.status, 404);
    assert_eq!(cors_headers(&answer), (Some(PAGE), Some("true")));
}

#[tokio::test]
async fn a_redirect_can_lead_to_the_same_script_at_the_second_origin() {
    let server = start().await;
    let target = format!("{}/streams/demo", server.second_origin());
    let redirect = Attempt::answering(307).header("location", &target);
    let script = put(&server, [redirect, Attempt::playing([send("there")])]).await;
    let answer = fetch(script.url()).await;
    assert_eq!(answer.status, 307);
    let location = answer.header("location").expect("a location");
    assert_eq!(location, target);
    assert_eq!(fetch(location).await.text(), "there");
    assert_eq!(script.seen_closed(2).await.attempts.len(), 2);
}
