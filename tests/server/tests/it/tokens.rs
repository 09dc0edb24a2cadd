//! Streams whose clients show a token.

use std::time::Duration;

use crate::support::start;
use typed_eventsource_server::{
    Server,
    client::{Request, fetch},
};

async fn post(server: &Server, path: &str) -> String {
    let url = format!("{}/tokens/{path}", server.origin());
    let mut response = Request::new("POST", url).send().await.unwrap();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        body.extend(chunk);
    }
    String::from_utf8(body).unwrap()
}

fn request(server: &Server, name: &str, token: u64) -> Request {
    let url = format!("{}/tokens/{name}", server.origin());
    Request::new("GET", url).header("authorization", format!("Bearer {token}"))
}

#[tokio::test]
async fn a_stream_ends_with_its_token_and_goes_on_with_the_next() {
    let server = start().await;
    post(&server, "a/send?count=2").await;
    let mut first = request(&server, "a", 0).send().await.unwrap();
    assert_eq!(first.status, 200);
    let mut text = Vec::new();
    while !text.ends_with(b"data: 2\n\n") {
        text.extend(first.chunk().await.unwrap().unwrap());
    }
    assert_eq!(text, b":\nid: 1\ndata: 1\n\nid: 2\ndata: 2\n\n");
    post(&server, "a/revoke").await;
    assert!(first.chunk().await.unwrap().is_none());
    let refused = request(&server, "a", 0).send().await.unwrap();
    assert_eq!(refused.status, 401);
    let token = r#"{"access_token":"1","expires_in":null}"#;
    assert_eq!(post(&server, "a/refresh").await, token);
    post(&server, "a/send?count=1").await;
    let next = request(&server, "a", 1).header("last-event-id", "2");
    let mut next = next.send().await.unwrap();
    let mut text = Vec::new();
    while !text.ends_with(b"\n\n") {
        text.extend(next.chunk().await.unwrap().unwrap());
    }
    assert_eq!(text, b":\nid: 3\ndata: 3\n\n");
    let seen = fetch(format!("{}/tokens/a/seen", server.origin())).await;
    let seen: serde_json::Value = seen.json();
    let expected = serde_json::json!({ "refreshes": 1, "refused": { "0": 1 }, "opened": 2 });
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_token_expires_and_events_come_at_intervals() {
    let server = start().await;
    let answer = r#"{"access_token":"1","expires_in":0.05}"#;
    assert_eq!(post(&server, "b/refresh?ttl=50").await, answer);
    let token = 1;
    let mut stream = request(&server, "b", token).send().await.unwrap();
    post(&server, "b/send?count=3&every=1").await;
    let mut text = Vec::new();
    while let Some(chunk) = stream.chunk().await.unwrap() {
        text.extend(chunk);
    }
    assert!(text.starts_with(b":\nid: 1\n"), "{text:?}");
    let refused = request(&server, "b", token).send().await.unwrap();
    assert_eq!(refused.status, 401);
    let unknown = request(&server, "b", 7).send().await.unwrap();
    assert_eq!(unknown.status, 401);
    tokio::time::timeout(Duration::from_secs(60), server.stop())
        .await
        .unwrap();
}
