//! What a server sends reaches listeners and streams: typed, whole and in order.

use futures::{StreamExt, future::join};
use serde::Deserialize;
use typed_eventsource::{CloseReason, Error, Event, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{
    Attempt, Heard, Script, Step, builder, journal, listen, next_data, run, send, send_bytes,
    stream,
};

#[derive(Debug, Deserialize, PartialEq)]
struct Price {
    symbol: String,
    price: f64,
}

impl Price {
    fn of(symbol: &str, price: f64) -> Self {
        let symbol = symbol.into();
        Self { symbol, price }
    }
}

#[wasm_bindgen_test]
async fn a_listener_gets_typed_data_with_name_id_and_origin() {
    run(async || {
        let script = Script::put([Attempt::sending(
            "id: 7\nevent: price\ndata: {\"symbol\":\"ACME\",\"price\":101.25}\n\n",
        )])
        .await;
        let source = script.open();
        let (hear, mut prices) = Heard::new();
        let _listener = source.on("price", move |event: Event<Price>| hear(event));
        let event = prices.next().await;
        assert_eq!(event.data, Price::of("ACME", 101.25));
        assert_eq!(event.name(), "price");
        assert_eq!(event.last_event_id(), "7");
        assert_eq!(event.origin(), script.origin());
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_stream_yields_what_a_listener_hears() {
    run(async || {
        let script = Script::put([Attempt::sending(
            "id: 7\nevent: price\ndata: {\"symbol\":\"ACME\",\"price\":101.25}\n\n",
        )])
        .await;
        let mut prices = stream::<Price>(&script.open(), "price");
        let event = prices.next().await.expect("an item").expect("an event");
        assert_eq!(event.data, Price::of("ACME", 101.25));
        assert_eq!(event.name(), "price");
        assert_eq!(event.last_event_id(), "7");
        assert_eq!(event.origin(), script.origin());
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_event_without_a_name_is_called_message() {
    run(async || {
        let script = Script::put([Attempt::sending("data: a\n\nevent: message\ndata: b\n\n")]);
        let mut messages = listen::<Text>(&script.await.open(), "message");
        assert_eq!(messages.next().await.0, "a");
        assert_eq!(messages.next().await.0, "b");
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_id_stays_until_the_server_sends_another() {
    run(async || {
        let script = Script::put([Attempt::sending(
            "id: a\ndata: 1\n\ndata: 2\n\nid: b\ndata: 3\n\nid\ndata: 4\n\n",
        )]);
        let source = script.await.open();
        assert_eq!(source.last_event_id(), "");
        let (hear, mut ids) = Heard::new();
        let handle = source.clone();
        let _listener = source.on("message", move |event: Event<u8>| {
            assert_eq!(event.last_event_id(), handle.last_event_id());
            hear(event.last_event_id().to_owned());
        });
        assert_eq!(ids.take(4).await, ["a", "a", "b", ""]);
        source.close();
    })
    .await;
}

#[wasm_bindgen_test]
async fn events_of_all_names_arrive_in_the_order_in_which_they_were_sent() {
    run(async || {
        let script = Script::put([Attempt::sending(
            "event: b\ndata: 1\n\nevent: a\ndata: 2\n\ndata: 3\n\nevent: b\ndata: 4\n\n",
        )]);
        let mut journal = journal(&script.await.open(), &["a", "message", "b"]);
        let heard = journal.take(5).await;
        assert_eq!(heard, ["open", "b: 1", "a: 2", "message: 3", "b: 4"]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn listeners_of_one_name_run_in_the_order_in_which_they_were_added_each_with_its_own_type() {
    run(async || {
        let script = Script::put([Attempt::sending("data: 1\n\ndata: 2\n\n")]).await;
        let source = script.open();
        let (hear, mut heard) = Heard::new();
        let (hear_number, hear_text) = (hear.clone(), hear);
        let _number = source.on("message", move |event: Event<u32>| {
            hear_number(format!("number {}", event.data));
        });
        let _text = source.on("message", move |event: Event<Text>| {
            hear_text(format!("text {}", event.data));
        });
        let heard = heard.take(4).await;
        assert_eq!(heard, ["number 1", "text 1", "number 2", "text 2"]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn listeners_and_streams_of_one_name_each_hear_every_event() {
    run(async || {
        let script = Script::put([Attempt::sending("data: 1\n\ndata: 2\n\n")]).await;
        let source = script.open();
        let mut listener = listen::<u32>(&source, "message");
        let (first, second) = (stream(&source, "message"), stream(&source, "message"));
        for mut stream in [first, second] {
            assert_eq!(next_data::<u32>(&mut stream).await, 1);
            assert_eq!(next_data::<u32>(&mut stream).await, 2);
        }
        assert_eq!(listener.take(2).await, [1, 2]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn what_nobody_listens_to_goes_by() {
    run(async || {
        let script = Script::put([Attempt::sending(
            ": a comment\n\nevent: other\ndata: {not json\n\nunknown: field\ndata: 1\n\n",
        )]);
        let mut journal = journal(&script.await.open(), &["message"]);
        assert_eq!(journal.take(2).await, ["open", "message: 1"]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn data_of_several_lines_arrives_joined_by_line_feeds() {
    run(async || {
        let script = Script::put([Attempt::sending(
            "data: {\"symbol\":\r\ndata: \"ACME\",\rdata\ndata:\"price\": 1}\n\n",
        )]);
        let source = script.await.open();
        let mut texts = listen::<Text>(&source, "message");
        let mut prices = listen::<Price>(&source, "message");
        assert_eq!(
            texts.next().await.0,
            "{\"symbol\":\n\"ACME\",\n\n\"price\": 1}"
        );
        assert_eq!(prices.next().await, Price::of("ACME", 1.0));
    })
    .await;
}

#[wasm_bindgen_test]
async fn it_does_not_matter_where_chunks_begin() {
    run(async || {
        let pieces = ["\u{feff}da", "ta: \"caf"].map(send).into_iter();
        // The two bytes of an é come apart.
        let e_acute = [send_bytes(&[0xc3]), send_bytes(&[0xa9])];
        let rest = ["\"\r", "\n\r", "\ndata: \"2\"\n", "\n"].map(send);
        let steps = pieces.chain(e_acute).chain(rest).chain([Step::Silence]);
        let script = Script::put([Attempt::playing(steps.collect::<Vec<_>>())]).await;
        let mut messages = listen::<String>(&script.open(), "message");
        assert_eq!(messages.take(2).await, ["café", "2"]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_listener_that_is_added_while_the_source_is_open_hears_what_follows() {
    run(async || {
        let script = Script::put([Attempt::playing([
            send("event: b\ndata: 1\n\nevent: a\ndata: 1\n\n"),
            Step::Wait,
            send("event: a\ndata: 2\n\nevent: b\ndata: 2\n\n"),
            Step::Silence,
        ])])
        .await;
        let source = script.open();
        let mut early = listen::<u8>(&source, "a");
        assert_eq!(early.next().await, 1);
        let mut late = listen::<u8>(&source, "b");
        script.release().await;
        assert_eq!(join(early.next(), late.next()).await, (2, 2));
    })
    .await;
}

#[wasm_bindgen_test]
async fn clones_of_a_handle_are_one_source() {
    run(async || {
        let script = Script::put([Attempt::sending("data: 1\n\n")]).await;
        let source = script.open();
        let clone = source.clone();
        let mut heard = listen::<u8>(&clone, "message");
        drop(source);
        assert_eq!(heard.next().await, 1);
        clone.close();
        assert_eq!(script.seen_closed(1).await.len(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_relative_url_is_resolved_against_the_page_or_the_worker() {
    let is_resolved = |url: &str| {
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        assert!(url.ends_with("/relative?a=b"), "{url}");
    };
    run(async || {
        let source = builder("/relative?a=b").open().expect("a valid URL");
        is_resolved(source.url());
        if let Some(raw) = source.as_raw() {
            is_resolved(&raw.url());
        }
        // The tests' own server knows no such path.
        match source.closed().await {
            CloseReason::Policy(Error::GivenUp { url, .. } | Error::Status { url, .. }) => {
                is_resolved(&url);
            }
            other => panic!("{other:?}"),
        }
    })
    .await;
}
