//! Tests of the requests that every stream refuses, and of the limit on open streams.

use crate::{Event, cause_fault, open, post_json, post_request, start};
use serde_json::json;
use typed_eventsource_server::client::{Request, WholeResponse, fetch};

const POSTS: [&str; 3] = ["chat", "game", "model"];

#[tokio::test]
async fn a_body_that_is_not_json_is_refused() {
    let server = start().await;
    for path in POSTS {
        for (status, sentence, bodies) in [
            (
                400,
                "Failed to parse",
                [&b"{\"client\":"[..], b"", b"\xff\xfe"],
            ),
            (422, "Failed to deserialize", [b"[]", b"{}", b"null"]),
        ] {
            for body in bodies {
                let answer = post_request(&server, path, body).fetch().await;
                let said = answer.text();
                assert_eq!(answer.status, status, "{path} {body:?}: {said}");
                assert!(said.starts_with(sentence), "{path} {body:?}: {said}");
            }
        }
        let url = format!("{}/demo/{path}", server.origin());
        for kind in ["text/plain", "application/x-www-form-urlencoded", ""] {
            let answer = Request::new("POST", &url)
                .header("content-type", kind)
                .body("{}")
                .fetch()
                .await;
            assert_eq!(answer.status, 415, "{path} {kind}");
        }
        let answer = post_request(&server, path, vec![b' '; 40_000])
            .fetch()
            .await;
        assert_eq!(answer.status, 413, "{path}");
    }
}

#[tokio::test]
async fn pages_of_other_origins_can_neither_read_nor_write() {
    let server = start().await;
    let origin = server.origin();
    let message = json!({ "client": "a", "name": "Ann", "text": "x" }).to_string();
    let second = server.second_origin().to_owned();
    let foreign: [(&'static str, &str); 4] = [
        ("origin", "http://page.test"),
        ("origin", &second),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ];
    for (name, value) in foreign {
        for path in [
            "chat?client=a&name=Ann",
            "chat/recent?client=a&name=Ann",
            "game?client=a&name=Ann",
            "log",
            "model/ended?client=a",
        ] {
            let request = Request::new("GET", format!("{origin}/demo/{path}"));
            assert_refused(&request.header(name, value).fetch().await);
        }
        for path in POSTS {
            let request = post_request(&server, path, &*message);
            assert_refused(&request.header(name, value).fetch().await);
        }
    }
    let own = post_request(&server, "chat", message).header("origin", origin);
    let answer = own.header("sec-fetch-site", "same-origin").fetch().await;
    assert_eq!(answer.status, 204);
}

fn assert_refused(answer: &WholeResponse) {
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (403, None)
    );
    assert_eq!(
        answer.text(),
        "This is for pages of the same origin only.\n"
    );
}

#[tokio::test]
async fn only_pages_of_this_machine_can_cause_faults() {
    let server = start().await;
    let cause = |name: &'static str, value: &str| {
        let url = format!("{}/demo/faults/drop", server.origin());
        Request::new("POST", url).header(name, value).fetch()
    };
    for far in ["http://page.test", "null", "http://127.0.0.1.page.test"] {
        assert_eq!(cause("origin", far).await.status, 403, "{far}");
    }
    assert_eq!(cause("sec-fetch-site", "cross-site").await.status, 403);
    for near in ["http://127.0.0.1:3000", "http://localhost:8000"] {
        let answer = cause("origin", near).await;
        assert_eq!(
            (answer.status, answer.header("access-control-allow-origin")),
            (204, Some(near))
        );
    }
}

#[tokio::test]
async fn the_number_of_open_streams_of_a_kind_is_limited() {
    let server = start().await;
    let mut streams = Vec::new();
    for number in 0..64 {
        streams.push(open(&server, &format!("chat?client=c{number}&name=Ann"), None).await);
    }
    let url = format!("{}/demo/chat?client=one-more&name=Ann", server.origin());
    let answer = fetch(&url).await;
    assert_eq!(answer.status, 503);
    assert_eq!(
        answer.text(),
        "too many streams are open: close some, and try again\n"
    );
    // Streams of another kind can still be opened.
    open(&server, "game?client=one-more&name=Ann", None).await;
    let mut one = streams.swap_remove(7);
    cause_fault(&server, "finish?stream=chat&client=c7").await;
    one.rest().await;
    let mut back = open(&server, "chat?client=one-more&name=Ann", None).await;
    assert_eq!(
        Event::parse(&back.text().await).name.as_deref(),
        Some("present")
    );
}

#[tokio::test]
async fn an_unknown_stream_is_refused() {
    let server = start().await;
    let answer = post_json(&server, "faults/drop?stream=fire", &json!({})).await;
    assert_eq!(answer.status, 404);
    assert_eq!(
        answer.text(),
        "the streams are: prices, chat, game, log, model\n"
    );
}
