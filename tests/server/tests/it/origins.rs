//! CORS, redirects and the second origin.

use crate::client::{Request, Whole, fetch, put, send, start};
use typed_eventsource_server::script::{Attempt, Cors};

const PAGE: &str = "http://page.test";
const ALLOW_ORIGIN: &str = "access-control-allow-origin";
const ALLOW_CREDENTIALS: &str = "access-control-allow-credentials";

fn allowed(answer: &Whole) -> (Option<&str>, Option<&str>) {
    (
        answer.header(ALLOW_ORIGIN),
        answer.header(ALLOW_CREDENTIALS),
    )
}

#[tokio::test]
async fn a_script_says_who_may_read_its_stream() {
    let server = start().await;
    let with = |cors| Attempt {
        cors,
        ..Attempt::default()
    };
    let attempts = [Cors::Credentials, Cors::Any, Cors::None].map(with);
    let script = put(&server, attempts).await;
    let ask = || {
        Request::new("GET", script.url())
            .header("origin", PAGE)
            .fetch()
    };
    let answer = ask().await;
    assert_eq!(allowed(&answer), (Some(PAGE), Some("true")));
    assert_eq!(answer.header("vary"), Some("origin"));
    assert_eq!(allowed(&ask().await), (Some("*"), None));
    assert_eq!(allowed(&ask().await), (None, None));
}

#[tokio::test]
async fn preflights_pass_and_are_no_attempts() {
    let server = start().await;
    let script = put(&server, [Attempt::default()]).await;
    let origin = server.origin();
    let urls = [
        script.url(),
        format!("{origin}/scripts/it"),
        format!("{origin}/scripts/it/release"),
        format!("{origin}/scripts/it/seen"),
    ];
    for url in urls {
        let answer = Request::new("OPTIONS", url)
            .header("origin", PAGE)
            .header("access-control-request-method", "DELETE")
            .header("access-control-request-headers", "content-type,x-token")
            .fetch()
            .await;
        assert_eq!(answer.status, 200);
        assert_eq!(allowed(&answer), (Some(PAGE), Some("true")));
        let header = |name| answer.header(name);
        assert_eq!(header("access-control-allow-methods"), Some("DELETE"));
        let names = header("access-control-allow-headers");
        assert_eq!(names, Some("content-type,x-token"));
    }
    assert!(script.seen(0, 0).await.attempts.is_empty());
}

#[tokio::test]
async fn control_answers_any_origin_even_when_it_refuses() {
    let server = start().await;
    for path in ["/scripts/none/seen", "/demo/faults/none"] {
        let answer = Request::new("GET", format!("{}{path}", server.origin()))
            .header("origin", PAGE)
            .fetch()
            .await;
        assert!(answer.status >= 400);
        assert_eq!(allowed(&answer), (Some(PAGE), Some("true")));
    }
}

#[tokio::test]
async fn redirects_to_the_second_origin_which_serves_the_same() {
    let server = start().await;
    let target = format!("{}/streams/it", server.second_origin());
    let redirect = Attempt::answering(307).header("location", &target);
    let script = put(&server, [redirect, Attempt::playing([send("there")])]).await;
    let answer = fetch(script.url()).await;
    assert_eq!(answer.status, 307);
    let location = answer.header("location").expect("a location");
    assert_eq!(location, target);
    assert_eq!(fetch(location).await.text(), "there");
    assert_eq!(script.seen(2, 2).await.attempts.len(), 2);
}
