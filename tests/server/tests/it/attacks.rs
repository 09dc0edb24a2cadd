//! Tests of the endpoints that list attacks and put their scripts.

use serde_json::{Value, json};
use typed_eventsource_server::{
    client::{Request, fetch},
    script::Attempt,
};

use crate::support::{put, start};

#[tokio::test]
async fn every_attack_is_listed_and_can_be_put_by_its_name() {
    let server = start().await;
    let script = put(&server, [Attempt::default()]).await;
    let url = |name: &str| format!("{}/scripts/demo?attack={name}", server.origin());
    let table: Vec<Value> = fetch(format!("{}/attacks", server.origin())).await.json();
    assert!(table.len() > 20);
    for attack in &table {
        let name = attack["name"].as_str().expect("a name");
        let answer = Request::new("PUT", url(name)).fetch().await;
        assert_eq!(answer.status, 204, "{name}");
    }
    let hang_up = table.iter().find(|attack| attack["name"] == "hang-up");
    let expected = json!({
        "name": "hang-up", "outcome": "not-closed", "error": "connection-lost", "heard": 0, "requests": 5,
        "wait": 1100, "idle": null, "parse": "text", "endless": false,
    });
    assert_eq!(hang_up, Some(&expected));

    let answer = Request::new("PUT", url("hang-up")).fetch().await;
    assert_eq!(answer.status, 204);
    assert_eq!(fetch(script.url()).await.text(), "retry: 0\n\n");
    assert_eq!(script.seen_closed(1).await.attempts.len(), 1);
}

#[tokio::test]
async fn the_attack_named_redirects_answers_with_a_redirect_to_the_same_url() {
    let server = start().await;
    let url = format!("{}/scripts/demo?attack=redirects", server.origin());
    assert_eq!(Request::new("PUT", url).fetch().await.status, 204);
    let answer = fetch(format!("{}/streams/demo", server.origin())).await;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.header("location"), Some("?"));
}

#[tokio::test]
async fn an_unknown_attack_is_refused() {
    let server = start().await;
    let url = format!("{}/scripts/demo?attack=none", server.origin());
    let answer = Request::new("PUT", url).fetch().await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("GET /attacks"), "{}", answer.text());
}
