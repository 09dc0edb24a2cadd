//! Tests of the chat room.

use std::cell::Cell;

use crate::{
    RestartableServer, ask_until_refused, assert_refused, cause_fault, next, next_named, open,
    post_json, start,
};
use serde_json::{Value, json};
use typed_eventsource_server::{
    Server,
    client::{Response, fetch},
};

async fn join(server: &Server, client: &str, name: &str, last_id: Option<u64>) -> Response {
    let path = format!("chat?client={client}&name={name}");
    let mut stream = open(server, &path, last_id).await;
    let present = next(&mut stream).await;
    assert_eq!(
        (present.name.as_deref(), present.id),
        (Some("present"), None)
    );
    assert!(names(&present.json()).contains(&name.to_owned()));
    stream
}

/// What the server answers to who has joined an open connection.
async fn recent(server: &Server, query: &str) -> Value {
    let answer = fetch(format!("{}/demo/chat/recent?{query}", server.origin())).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    serde_json::from_slice(&answer.body).expect("JSON")
}

/// The event id and the text of each recent message.
fn messages(recent: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let messages = recent["messages"].as_array().expect("messages").iter();
    messages
        .map(|message| {
            (
                text(&message["lastEventId"]),
                text(&message["data"]["text"]),
            )
        })
        .collect()
}

async fn say(server: &Server, client: &str, text: &str) {
    let message = json!({ "client": client, "name": "Ann", "text": text });
    let answer = post_json(server, "chat", &message).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
}

async fn next_said(stream: &mut Response) -> (String, u64) {
    let said = next_named(stream, "said").await;
    let text = said.json()["text"].as_str().expect("a text").to_owned();
    (text, said.id.expect("an id"))
}

fn names(json: &Value) -> Vec<String> {
    let people = json["people"].as_array().expect("people");
    people
        .iter()
        .map(|person| person["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[tokio::test]
async fn everybody_hears_what_is_said() {
    let server = start().await;
    let mut ann = join(&server, "a", "Ann", None).await;
    let mut bob = join(&server, "b", "Bob", None).await;
    say(&server, "a", "  hello <b>there</b> ").await;
    let said = next_named(&mut bob, "said").await.json();
    let text = "hello <b>there</b>";
    assert_eq!(json!([said["name"], said["text"]]), json!(["Ann", text]));
    assert!(said["time"].is_u64());
    assert_eq!(next_said(&mut ann).await.0, text);
}

#[tokio::test]
async fn a_message_has_an_id_of_its_sender_that_is_not_the_client_id() {
    let server = start().await;
    let mut ann = join(&server, "a-secret", "Ann", None).await;
    let you = recent(&server, "client=a-secret&name=Ann").await["you"].clone();
    assert_eq!(you["id"].as_str().map(str::len), Some(16));
    say(&server, "a-secret", "hello").await;
    let said = next_named(&mut ann, "said").await;
    assert_eq!(said.json()["id"], you["id"]);
    assert!(!said.data.contains("a-secret"));
}

#[tokio::test]
async fn the_stream_tells_who_is_here_who_comes_and_who_goes() {
    let server = start().await;
    let mut ann = open(&server, "chat?client=a&name=Ann", None).await;
    assert_eq!(names(&next(&mut ann).await.json()), ["Ann"]);
    let mut bob = open(&server, "chat?client=b&name=Bob", None).await;
    let both = ["Ann", "Bob"];
    assert_eq!(names(&next(&mut bob).await.json()), both);
    assert_eq!(next_named(&mut ann, "joined").await.json()["name"], "Bob");
    assert_eq!(names(&next_named(&mut ann, "present").await.json()), both);
    // The page changes a name in this way: it opens a new stream, and closes the old one.
    let renamed = join(&server, "b", "Robert", None).await;
    let change = next_named(&mut ann, "renamed").await.json();
    let change = json!([change["was"], change["name"]]);
    assert_eq!(change, json!(["Bob", "Robert"]));
    drop(bob);
    drop(renamed);
    assert_eq!(next_named(&mut ann, "left").await.json()["name"], "Robert");
    assert_eq!(
        names(&next_named(&mut ann, "present").await.json()),
        ["Ann"]
    );
}

#[tokio::test]
async fn a_client_can_ask_who_it_is_who_is_present_and_what_was_said() {
    let server = start().await;
    let before = recent(&server, "client=b&name=%20Bob").await;
    assert_eq!(before["you"]["name"], "Bob");
    assert_eq!(
        (&before["people"], &before["messages"]),
        (&json!([]), &json!([]))
    );
    let mut ann = join(&server, "a", "Ann", None).await;
    for text in ["one", "two", "three"] {
        say(&server, "a", text).await;
    }
    let after = recent(&server, "client=b&name=Bob").await;
    // Who only asks is not present.
    assert_eq!(names(&after), ["Ann"]);
    let mut heard = Vec::new();
    for _ in 0..3 {
        let (text, id) = next_said(&mut ann).await;
        heard.push((id.to_string(), text));
    }
    assert_eq!(messages(&after), heard);
    let asked_by_ann = recent(&server, "client=a&name=Ann").await;
    assert_eq!(asked_by_ann["you"], after["people"][0]);
    let first = &after["messages"][0]["data"];
    assert_eq!(
        json!([first["id"], first["name"]]),
        json!([asked_by_ann["you"]["id"], "Ann"])
    );
    assert!(first["time"].is_u64());
}

#[tokio::test]
async fn a_new_client_gets_recent_messages_and_one_that_reconnects_the_missed_ones() {
    let server = start().await;
    for text in ["one", "two", "three"] {
        say(&server, "a", text).await;
    }
    let mut stream = join(&server, "b", "Bob", None).await;
    let (_, first) = next_said(&mut stream).await;
    assert_eq!(next_said(&mut stream).await, ("two".into(), first + 1));
    assert_eq!(next_said(&mut stream).await, ("three".into(), first + 2));
    let mut back = join(&server, "b", "Bob", Some(first + 1)).await;
    assert_eq!(next_said(&mut back).await, ("three".into(), first + 2));
    // The query takes the place of the header, as for a source that is opened again.
    let path = format!("chat?client=b&name=Bob&lastEventId={first}");
    let mut by_query = open(&server, &path, None).await;
    assert_eq!(next_said(&mut by_query).await, ("two".into(), first + 1));
}

#[tokio::test]
async fn messages_are_kept_over_restarts() {
    let kept = RestartableServer::start("chat-kept").await;
    say(&kept.server, "a", "one").await;
    say(&kept.server, "a", "two").await;
    let kept = kept.restart().await;
    say(&kept.server, "a", "three").await;
    let kept = kept.restart().await;
    let mut back = join(&kept.server, "b", "Bob", Some(1)).await;
    assert_eq!(next_said(&mut back).await, ("two".into(), 2));
    assert_eq!(next_said(&mut back).await, ("three".into(), 3));
    say(&kept.server, "a", "four").await;
    assert_eq!(next_said(&mut back).await, ("four".into(), 4));
    let recent = messages(&recent(&kept.server, "client=b&name=Bob").await);
    let all = ["one", "two", "three", "four"];
    assert!(recent.iter().map(|(_, text)| text).eq(all), "{recent:?}");
    kept.server.stop().await;
}

#[tokio::test]
async fn a_client_without_a_name_or_an_id_is_refused() {
    let server = start().await;
    let long = format!("client={}&name=Ann", "x".repeat(65));
    let long_name = format!("client=a&name={}", "n".repeat(25));
    for (query, sentence) in [
        ("name=Ann", "`client` has to be"),
        ("client=&name=Ann", "`client` has to be"),
        (&long, "`client` has to be"),
        ("client=a%0ab&name=Ann", "`client` has to be"),
        ("client=a", "The name is empty."),
        ("client=a&name=%20%20", "The name is empty."),
        ("client=a&name=a%00", "The name has control characters"),
        (&long_name, "The name has 25 characters, and 24 are"),
    ] {
        for path in ["chat", "chat/recent"] {
            let answer = fetch(format!("{}/demo/{path}?{query}", server.origin())).await;
            let said = answer.text();
            assert_eq!(answer.status, 422, "{path}?{query}");
            assert!(said.starts_with(sentence), "{path}?{query}: {said}");
        }
    }
}

#[tokio::test]
async fn an_invalid_message_is_refused() {
    let server = start().await;
    let with = |key: &str, value: &str| {
        let mut message = json!({ "client": "a", "name": "Ann", "text": "x" });
        message[key] = value.into();
        message
    };
    let long = "ä".repeat(501);
    let no_text = json!({ "client": "a", "name": "Ann" });
    let refused = [
        (with("text", ""), "The message is empty."),
        (with("text", " \n "), "The message is empty."),
        (
            with("text", &long),
            "The message has 501 characters, and 500",
        ),
        (with("text", "a\u{1b}[2J"), "The message has control"),
        (with("name", " "), "The name is empty."),
        (with("client", "?"), "`client` has to be"),
        (no_text, "Failed to deserialize the JSON body"),
    ];
    assert_refused(&server, "chat", refused).await;
    say(&server, "a", &"ä".repeat(500)).await;
}

#[tokio::test]
async fn a_client_that_sends_too_often_is_refused() {
    let server = start().await;
    let message = |client: &str| json!({ "client": client, "name": "Ann", "text": "x" });
    let (count, refusal) =
        ask_until_refused(async || post_json(&server, "chat", &message("a")).await).await;
    assert!(count >= 5, "{count}");
    assert_eq!(refusal.header("retry-after"), Some("1"));
    assert_eq!(refusal.text(), "That was too fast: wait a moment.\n");
    // Others may continue, up to the limit for all together.
    let others = Cell::new(0);
    let (count, _) = ask_until_refused(async || {
        others.set(others.get() + 1);
        post_json(&server, "chat", &message(&format!("c{}", others.get()))).await
    })
    .await;
    assert!(count >= 30, "{count}");
}

#[tokio::test]
async fn faults_of_the_chat_leave_no_gap_in_the_ids() {
    let server = start().await;
    let mut ann = join(&server, "a", "Ann", None).await;
    let mut bob = join(&server, "b", "Bob", None).await;
    say(&server, "a", "before").await;
    cause_fault(&server, "malformed?stream=chat&client=a").await;
    cause_fault(&server, "hostile?stream=chat&client=a").await;
    let (_, before) = next_said(&mut ann).await;
    let malformed = next_named(&mut ann, "said").await;
    assert!(serde_json::from_str::<Value>(&malformed.data).is_err());
    assert_eq!(malformed.id, None);
    assert!(next_named(&mut ann, "said").await.json()["name"].is_array());
    let hostile = next_named(&mut ann, "said").await;
    assert!(hostile.data.contains("<script>") && hostile.data.contains("<img src=x onerror="));
    say(&server, "a", "after").await;
    assert_eq!(next_said(&mut bob).await.1, before);
    assert_eq!(next_said(&mut bob).await, ("after".into(), before + 1));

    cause_fault(&server, "finish?stream=chat&client=b").await;
    assert!(next_named(&mut bob, "bye").await.json()["text"].is_string());
    assert_eq!(bob.rest().await, (vec![], None));
}
