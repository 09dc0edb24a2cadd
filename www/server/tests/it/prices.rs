//! Tests of the prices, and of each fault.

use std::{collections::BTreeSet, io::ErrorKind};

use crate::{Event, cause_fault, next, start};
use serde_json::Value;
use typed_eventsource_server::{
    Server,
    client::{Request, Response, get},
};

const SYMBOLS: [&str; 6] = ["ACME", "GLOBEX", "HOOLI", "INITECH", "UMBRELLA", "WAYNE"];

async fn open(server: &Server, query: &str) -> Response {
    let mut stream = crate::open(server, &format!("prices{query}"), None).await;
    let greeting = next(&mut stream).await;
    assert_eq!((greeting.name.as_deref(), greeting.id), (None, None));
    assert!(greeting.json()["text"].is_string());
    stream
}

/// The next event that a fault has caused. Events of the market are skipped.
async fn next_fault(stream: &mut Response) -> Event {
    loop {
        let event = next(stream).await;
        let ordinary = serde_json::from_str::<Value>(&event.data)
            .is_ok_and(|json| SYMBOLS.iter().any(|symbol| json["symbol"] == *symbol));
        if !ordinary {
            return event;
        }
    }
}

#[tokio::test]
async fn the_stream_has_the_prices_of_six_symbols() {
    let server = start().await;
    let mut stream = open(&server, "").await;
    let mut symbols = BTreeSet::new();
    let mut last_id = 0;
    for _ in 0..12 {
        let event = next(&mut stream).await;
        let id = event.id.expect("an id");
        assert!(id > last_id);
        last_id = id;
        let json = event.json();
        symbols.insert(json["symbol"].as_str().expect("a symbol").to_owned());
        match event.name.as_deref() {
            Some("price") => {
                assert!(json["price"].as_f64().is_some_and(|price| price > 0.0));
                assert!(json["change"].is_f64());
                assert!(json["time"].is_u64());
            }
            Some("halt") => assert!(json["reason"].is_string()),
            other => assert_eq!(other, Some("resume")),
        }
    }
    assert!(symbols.iter().eq(SYMBOLS.iter()), "{symbols:?}");
}

#[tokio::test]
async fn a_stream_ends_cleanly_when_the_server_stops() {
    let server = start().await;
    let mut stream = open(&server, "").await;
    server.stop().await;
    assert_eq!(stream.rest().await.1, None);
}

#[tokio::test]
async fn a_client_that_reconnects_gets_the_missed_prices() {
    let server = start().await;
    let mut stream = open(&server, "").await;
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.extend(next(&mut stream).await.id);
    }
    let mut by_query = open(&server, &format!("?lastEventId={}", ids[3])).await;
    assert_eq!(next(&mut by_query).await.id, Some(ids[4]));

    let request = Request::new(
        "GET",
        format!("{}/demo/prices?lastEventId=1", server.origin()),
    );
    let request = request.header("last-event-id", ids[4].to_string());
    let mut by_header = request.send().await.expect("a response");
    by_header.text().await;
    by_header.text().await;
    assert_eq!(next(&mut by_header).await.id, Some(ids[5]));
}

#[tokio::test]
async fn the_fault_drop_resets_every_open_stream() {
    let server = start().await;
    let mut streams = [open(&server, "").await, open(&server, "?client=a").await];
    cause_fault(&server, "drop").await;
    for stream in &mut streams {
        assert_eq!(stream.rest().await.1, Some(ErrorKind::ConnectionReset));
    }
    next(&mut open(&server, "").await).await;
}

#[tokio::test]
async fn the_fault_unavailable_refuses_a_number_of_attempts() {
    let server = start().await;
    let mut stream = open(&server, "").await;
    cause_fault(&server, "unavailable?attempts=2").await;
    assert_eq!(stream.rest().await.1, Some(ErrorKind::ConnectionReset));
    for _ in 0..2 {
        let refused = get(format!("{}/demo/prices", server.origin())).await;
        assert_eq!(refused.expect("a response").status, 503);
    }
    open(&server, "").await;
}

#[tokio::test]
async fn the_fault_malformed_sends_malformed_data() {
    let server = start().await;
    let mut stream = open(&server, "").await;
    cause_fault(&server, "malformed").await;
    let malformed = next_fault(&mut stream).await;
    assert_eq!(malformed.name.as_deref(), Some("price"));
    assert!(serde_json::from_str::<Value>(&malformed.data).is_err());
    let wrong_shape = next_fault(&mut stream).await;
    assert_eq!(wrong_shape.name.as_deref(), Some("price"));
    assert!(wrong_shape.json()["price"].is_null());
    assert!(wrong_shape.id > malformed.id);
    assert!(next(&mut stream).await.id > wrong_shape.id);
}

#[tokio::test]
async fn the_fault_hostile_sends_markup() {
    let server = start().await;
    let mut stream = open(&server, "").await;
    cause_fault(&server, "hostile").await;
    let notice = next_fault(&mut stream).await;
    assert_eq!(notice.name, None);
    let text = notice.json()["text"].to_string();
    assert!(text.contains("<img src=x onerror=") && text.contains("<script>"));
    let halt = next_fault(&mut stream).await;
    assert_eq!(halt.name.as_deref(), Some("halt"));
    assert!(halt.json()["symbol"].to_string().contains("<img"));
    assert!(halt.json()["reason"].to_string().contains("<script>"));
}

#[tokio::test]
async fn the_fault_finish_ends_the_stream_with_its_terminal_event() {
    let server = start().await;
    let mut stream = open(&server, "").await;
    cause_fault(&server, "finish").await;
    let bye = next_fault(&mut stream).await;
    assert_eq!(bye.name.as_deref(), Some("bye"));
    assert!(bye.json()["text"].is_string());
    assert_eq!(stream.rest().await, (vec![], None));
}

#[tokio::test]
async fn a_fault_can_concern_one_client() {
    let server = start().await;
    let mut hit = open(&server, "?client=a").await;
    let mut spared = [open(&server, "?client=b").await, open(&server, "").await];
    cause_fault(&server, "unavailable?attempts=1&client=a").await;
    assert_eq!(hit.rest().await.1, Some(ErrorKind::ConnectionReset));
    for stream in &mut spared {
        // These are more events than the server had sent before the fault, so a reset would show among them.
        for _ in 0..8 {
            next(stream).await;
        }
    }
    open(&server, "?client=b").await;
    let refused = get(format!("{}/demo/prices?client=a", server.origin())).await;
    assert_eq!(refused.expect("a response").status, 503);
    open(&server, "?client=a").await;
}

#[tokio::test]
async fn an_unknown_fault_is_refused() {
    let server = start().await;
    let url = format!("{}/demo/faults/fire", server.origin());
    let answer = Request::new("POST", url).fetch().await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("drop, unavailable, malformed"));
}
