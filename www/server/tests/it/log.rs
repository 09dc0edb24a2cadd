//! Tests of the log.

use crate::{Event, RestartableServer, cause_fault, open, start};
use serde_json::json;
use typed_eventsource_server::client::Response;

/// The events of a chunk. Lines that are logged together are sent together.
async fn events(stream: &mut Response) -> Vec<Event> {
    let text = stream.text().await;
    text.split_inclusive("\n\n").map(Event::parse).collect()
}

/// The numbers of at least `at_least` lines.
async fn numbers(stream: &mut Response, at_least: usize) -> Vec<u64> {
    let mut numbers = Vec::new();
    while numbers.len() < at_least {
        for event in events(stream).await {
            assert_eq!(event.name.as_deref(), Some("line"));
            let json = event.json();
            assert!(
                json["text"].is_string() && json["service"].is_string() && json["time"].is_u64()
            );
            assert!(
                ["debug", "info", "warn", "error"]
                    .contains(&json["level"].as_str().expect("a level"))
            );
            numbers.push(event.id.expect("a number"));
        }
    }
    numbers
}

fn assert_no_gap(numbers: &[u64]) {
    for pair in numbers.windows(2) {
        assert_eq!(pair[1], pair[0] + 1, "a gap");
    }
}

#[tokio::test]
async fn lines_are_numbered_without_a_gap() {
    let server = start().await;
    let mut stream = open(&server, "log", None).await;
    let numbers = numbers(&mut stream, 500).await;
    assert_no_gap(&numbers);
}

#[tokio::test]
async fn a_client_that_reconnects_misses_no_line() {
    let server = start().await;
    let mut stream = open(&server, "log", None).await;
    let mut seen = numbers(&mut stream, 50).await;
    drop(stream);
    let mut other = open(&server, "log", None).await;
    numbers(&mut other, 300).await;
    let mut back = open(&server, "log", seen.last().copied()).await;
    seen.extend(numbers(&mut back, 400).await);
    assert_no_gap(&seen);
}

#[tokio::test]
async fn the_numbers_continue_after_restarts_and_no_line_is_missing() {
    let mut kept = RestartableServer::start("log-kept").await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let mut stream = open(&kept.server, "log", seen.last().copied()).await;
        seen.extend(numbers(&mut stream, 100).await);
        // Lines that are logged until the server stops come after the restart.
        kept = kept.restart().await;
        seen.extend(rest_of_numbers(&mut stream).await);
    }
    let mut stream = open(&kept.server, "log", seen.last().copied()).await;
    seen.extend(numbers(&mut stream, 100).await);
    assert_no_gap(&seen);
    // Some lines may be logged before the client asks.
    assert!(seen[0] < 100_000, "a log that is kept begins at 1");
    kept.server.stop().await;
}

/// The numbers of the lines that were sent before the server stopped.
async fn rest_of_numbers(stream: &mut Response) -> Vec<u64> {
    let (rest, _) = stream.rest().await;
    let text = String::from_utf8(rest).expect("UTF-8");
    text.split_inclusive("\n\n")
        .filter_map(|event| Event::parse(event).id)
        .collect()
}

#[tokio::test]
async fn a_client_that_was_away_for_too_long_gets_all_kept_lines() {
    let kept = RestartableServer::start("log-old").await;
    let lines: String = (1..=9_000)
        .map(|id| {
            let line = json!({ "level": "info", "service": "old", "text": "…", "time": 0 });
            let entry = json!({ "id": id, "event": "line", "data": line.to_string() });
            format!("{entry}\n")
        })
        .collect();
    kept.server.stop().await;
    std::fs::write(kept.state.join("log.jsonl"), lines).expect("written");
    let server = RestartableServer::serve(&kept.state).await;
    let mut stream = open(&server, "log", Some(5)).await;
    let seen = numbers(&mut stream, 6_000).await;
    // Lines that are logged before the client asks replace the oldest. A new client would get only the last 200.
    assert!((3_001..8_800).contains(&seen[0]), "{}", seen[0]);
    assert_no_gap(&seen);
    server.stop().await;
}

#[tokio::test]
async fn faults_of_the_log_take_no_number() {
    let server = start().await;
    let mut stream = open(&server, "log?client=a", None).await;
    cause_fault(&server, "hostile?stream=log&client=a").await;
    let (mut seen, mut hostile) = (Vec::new(), None);
    while seen.len() < 100 || hostile.is_none() {
        for event in events(&mut stream).await {
            match event.id {
                Some(id) => seen.push(id),
                None => hostile = Some(event.data),
            }
        }
    }
    assert_no_gap(&seen);
    assert!(hostile.is_some_and(|data| data.contains("<script>")));
}
