//! Tests of the language model.

use std::io::ErrorKind;

use crate::{Event, assert_refused, cause_fault, post_request, skip_retry, start};
use serde_json::{Value, json};
use typed_eventsource_server::{
    Server,
    client::{Request, Response, fetch},
};

fn question(client: &str) -> Value {
    question_with_prompt(client, "A poem!")
}

fn question_with_prompt(client: &str, prompt: &str) -> Value {
    json!({ "client": client, "stream": true, "messages": [{ "role": "user", "content": prompt }] })
}

fn question_request(server: &Server) -> Request {
    post_request(server, "model", question("a").to_string())
}

async fn ask(server: &Server) -> Response {
    skip_retry(question_request(server).send().await.expect("a response")).await
}

/// The ids and the tokens up to the end, and whether the end was `[DONE]`.
async fn read(stream: &mut Response) -> (Vec<u64>, String, bool) {
    let (mut ids, mut text) = (Vec::new(), String::new());
    while let Ok(Some(chunk)) = stream.chunk().await {
        let event = Event::parse(&String::from_utf8(chunk).expect("UTF-8"));
        if event.data == "[DONE]" {
            assert_eq!(stream.chunk().await.expect("a clean end"), None);
            return (ids, text, true);
        }
        ids.extend(event.id);
        let delta = &event.json()["choices"][0]["delta"];
        text.push_str(delta["content"].as_str().unwrap_or_default());
    }
    (ids, text, false)
}

async fn ended(server: &Server) -> Value {
    fetch(format!("{}/demo/model/ended?client=a", server.origin()))
        .await
        .json()
}

#[tokio::test]
async fn an_answer_comes_in_tokens_until_done() {
    let server = start().await;
    let mut stream = ask(&server).await;
    let first = Event::parse(&stream.text().await);
    assert_eq!((first.name, first.id), (None, Some(1)));
    let chunk: Value = serde_json::from_str(&first.data).expect("JSON");
    assert_eq!(chunk["object"], "chat.completion.chunk");
    assert_eq!(chunk["choices"][0]["delta"], json!({ "role": "assistant" }));
    let (ids, text, is_done) = read(&mut stream).await;
    assert!(is_done);
    assert!(ids.iter().copied().eq(2..2 + ids.len() as u64), "{ids:?}");
    assert!(
        text.starts_with("One line held open,\nwords fall"),
        "{text}"
    );
    let ended = ended(&server).await;
    assert_eq!(ended["tokens"], ended["of"]);
}

#[tokio::test]
async fn a_request_with_the_id_of_a_token_gets_the_rest() {
    let server = start().await;
    let whole = read(&mut ask(&server).await).await;
    let mut stream = ask(&server).await;
    for _ in 0..10 {
        stream.text().await;
    }
    cause_fault(&server, "drop?stream=model&client=a").await;
    assert_eq!(stream.rest().await.1, Some(ErrorKind::ConnectionReset));
    let again = question_request(&server)
        .header("last-event-id", "10")
        .send()
        .await;
    let (ids, rest, is_done) = read(&mut skip_retry(again.expect("a response")).await).await;
    assert!(is_done);
    assert_eq!(ids[..], whole.0[10..]);
    assert!(whole.1.ends_with(&rest));
    let past_the_end = question_request(&server)
        .header("last-event-id", u64::MAX.to_string())
        .send()
        .await;
    let (ids, ..) = read(&mut skip_retry(past_the_end.expect("a response")).await).await;
    assert!(ids.is_empty());
}

#[tokio::test]
async fn an_answer_that_hesitates_continues_when_it_is_asked_for_again() {
    let server = start().await;
    let poem = read(&mut ask(&server).await).await.1;
    let question = question_with_prompt("a", "A poem, but hesitate!").to_string();
    let question_request = || post_request(&server, "model", question.clone());
    let mut stream = skip_retry(question_request().send().await.expect("a response")).await;
    let mut begin = String::new();
    for _ in 0..12 {
        let event = Event::parse(&stream.text().await);
        let delta = &event.json()["choices"][0]["delta"];
        begin.push_str(delta["content"].as_str().unwrap_or_default());
    }
    cause_fault(&server, "hostile?stream=model&client=a").await;
    assert!(
        stream.text().await.contains("<script>"),
        "nothing else comes"
    );
    let again = question_request()
        .header("last-event-id", "12")
        .send()
        .await;
    let (_, rest, is_done) = read(&mut skip_retry(again.expect("a response")).await).await;
    assert!(is_done);
    assert_eq!(begin + &rest, poem);
}

#[tokio::test]
async fn an_answer_stops_when_its_client_goes_away() {
    let server = start().await;
    let mut stream = ask(&server).await;
    for _ in 0..5 {
        stream.text().await;
    }
    drop(stream);
    let ended = ended(&server).await;
    let tokens = ended["tokens"].as_u64().expect("a number");
    assert!(
        (4..ended["of"].as_u64().expect("a number")).contains(&tokens),
        "{ended}"
    );
    let nobody = fetch(format!(
        "{}/demo/model/ended?client=nobody",
        server.origin()
    ))
    .await;
    assert_eq!(nobody.status, 404);
}

#[tokio::test]
async fn an_answer_can_have_each_fault() {
    let server = start().await;
    let mut stream = ask(&server).await;
    stream.text().await;
    cause_fault(&server, "malformed?stream=model&client=a").await;
    cause_fault(&server, "hostile?stream=model&client=a").await;
    cause_fault(&server, "finish?stream=model&client=a").await;
    let (rest, error) = stream.rest().await;
    assert_eq!(error, None);
    let text = String::from_utf8(rest).expect("UTF-8");
    assert!(text.contains("data: {\"choices\":[{\"delta\":{\"content\":\n\n"));
    assert!(text.contains("<script>document.title='injected'</script>"));
    assert!(text.ends_with("data: [DONE]\n\n"));
    cause_fault(&server, "unavailable?stream=model&client=a&attempts=1").await;
    assert_eq!(question_request(&server).fetch().await.status, 503);
    ask(&server).await;
}

#[tokio::test]
async fn an_invalid_question_is_refused() {
    let server = start().await;
    let with = |key: &str, value: Value| {
        let mut question = question("a");
        question[key] = value;
        question
    };
    let message = |role: &str, content: &str| json!({ "role": role, "content": content });
    let many: Vec<_> = std::iter::repeat_n(message("user", "x"), 65).collect();
    let last = |role: &str, content: &str| with("messages", json!([message(role, content)]));
    let long = "x".repeat(2_001);
    let no_user = "The last message has to be of the role `user`.";
    let refused = [
        (with("stream", json!(false)), "`stream` has to be true"),
        (with("messages", json!([])), no_user),
        (last("assistant", "x"), no_user),
        (last("robot", "x"), "Failed to deserialize the JSON body"),
        (last("user", " \n "), "The prompt is empty."),
        (last("user", &long), "The prompt has 2001 characters"),
        (with("messages", json!(many)), "64 messages are the most."),
        (with("client", json!("")), "`client` has to be"),
    ];
    assert_refused(&server, "model", refused).await;
}

#[tokio::test]
async fn a_client_that_asks_too_often_is_refused() {
    let server = start().await;
    let mut count = 0;
    let refusal = loop {
        let answer = question_request(&server).send().await.expect("a response");
        if answer.status == 429 {
            break answer;
        }
        skip_retry(answer).await;
        count += 1;
    };
    assert!(count >= 6, "{count}");
    let wait = refusal.header("retry-after").expect("a wait");
    assert!(["1", "2"].contains(&wait), "{wait}");
    // A request that continues an answer does not count.
    let on = question_request(&server)
        .header("last-event-id", "3")
        .send()
        .await;
    skip_retry(on.expect("a response")).await;
}
