//! Events reach listeners and streams typed, whole and in order.

use futures::{StreamExt, future::join};
use serde::Deserialize;
use typed_eventsource::{CloseReason, Error, Event, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{
    Attempt, Heard, Left, Observed, Script, Step, Transport, builder, errors, listen, next_data,
    next_error, run, send, stream,
};

#[derive(Debug, Deserialize, PartialEq)]
struct Price {
    symbol: String,
    price: f64,
}

#[wasm_bindgen_test]
async fn a_listener_and_a_stream_get_typed_data_with_name_id_and_origin() {
    run(async || {
        let text = "id: 7\nevent: price\ndata: {\"symbol\":\"ACME\",\"price\":101.25}\n\n";
        let script = Script::put([Attempt::sending(text)]).await;
        let source = script.open();
        let (hear, mut prices) = Heard::new();
        let _listener = source.on("price", move |event: Event<Price>| hear(event));
        let mut stream = stream::<Price>(&source, "price");
        let item = stream.next().await.expect("an item");
        for event in [prices.next().await, item.expect("an event")] {
            let (symbol, price) = ("ACME".to_owned(), 101.25);
            assert_eq!(event.data, Price { symbol, price });
            assert_eq!((event.name(), event.last_event_id()), ("price", "7"));
            assert_eq!(event.origin(), script.origin());
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn each_listener_and_each_stream_decodes_an_event_separately() {
    run(async || {
        let text = "data: 18446744073709551615\n\ndata: 𝄞 <b>é</b>\ndata: \"\n\ndata: 3\n\n";
        let source = Script::put([Attempt::sending(text)]).await.open();
        let mut errors = errors(&source);
        let mut texts = stream::<Text>(&source, "message");
        let mut numbers = stream::<u64>(&source, "message");
        let mut heard = listen::<u64>(&source, "message");
        for expected in ["18446744073709551615", "𝄞 <b>é</b>\n\"", "3"] {
            assert_eq!(next_data(&mut texts).await.0, expected);
        }
        assert_eq!(next_data(&mut numbers).await, u64::MAX);
        for error in [next_error(&mut numbers).await, errors.next().await] {
            let Error::Decode(error) = error else {
                panic!("{error:?}");
            };
            assert_eq!(error.event().data, "𝄞 <b>é</b>\n\"");
            assert_eq!(error.type_name(), "u64");
        }
        assert_eq!(next_data(&mut numbers).await, 3);
        assert_eq!(heard.take(2).await, [u64::MAX, 3]);
    })
    .await;
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Feed {
    Price(f64),
    Trade(String, u64),
    TradeHalt {
        symbol: String,
    },
    #[serde(rename = "end of day")]
    Bye,
}

#[wasm_bindgen_test]
async fn the_variants_of_an_enum_arrive_under_the_names_that_serde_gives_them() {
    run(async || {
        let script = Script::put([Attempt::sending(concat!(
            "event: trade\ndata: [\"ACME\",1]\n\n",
            "event: Price\ndata: 1\n\n",
            "event: price\ndata: \"high\"\n\n",
            "event: price\ndata: 101.25\n\n",
            "event: trade-halt\ndata: {\"symbol\":\ndata: \"ACME\"}\n\n",
            "id: 9\nevent: end of day\ndata: what a unit's data is does not matter\n\n",
        ))]);
        let mut feed = script.await.open().events::<Feed>().expect("an enum");
        let symbol = || "ACME".to_owned();
        assert_eq!(next_data(&mut feed).await, Feed::Trade(symbol(), 1));
        assert!(matches!(next_error(&mut feed).await, Error::Decode(_)));
        assert_eq!(next_data(&mut feed).await, Feed::Price(101.25));
        let halt = Feed::TradeHalt { symbol: symbol() };
        assert_eq!(next_data(&mut feed).await, halt);
        let event = feed.next().await.expect("an item").expect("an event");
        assert_eq!((event.name(), event.last_event_id()), ("end of day", "9"));
        assert_eq!(event.data, Feed::Bye);
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_id_stays_until_the_server_sends_another() {
    run(async || {
        let text = "id: a\ndata: 1\n\ndata: 2\n\nid: b\ndata: 3\n\nid\ndata: 4\n\n";
        let source = Script::put([Attempt::sending(text)]).await.open();
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

/// Over the browser's own source, an event without an id that comes first after a reconnection still has the id before it. So it
/// looks like a repeated event, and `first` is not heard.
#[wasm_bindgen_test]
async fn events_that_are_sent_again_are_heard_once_and_a_gap_is_reported() {
    run(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\nid: 1\ndata: 1\n\ndata: inherits\n\nid: 4\ndata: 4\n\n"),
            Attempt::ending("id: 1\ndata: 1\n\nid: 4\ndata: 4\n\ndata: inherits\n\n"),
            Attempt::sending("data: first\n\nid: 9\ndata: 9\n\ndata: last\n\n"),
        ])
        .await;
        let source = script.builder().deduplicate(10).open();
        let source = source.expect("a valid URL");
        let (hear, mut heard) = Heard::new();
        let hear_gap = hear.clone();
        let _errors = errors(&source);
        let _gaps = source.on_gap(move |gap| {
            hear_gap(format!(
                "{} from {} to {}",
                gap.missed, gap.after, gap.before
            ));
        });
        let _events = source.on("message", move |event: Event<Text>| hear(event.data.0));
        let mut expected = vec!["1", "inherits", "4", "inherits"];
        expected.extend(Transport::selected().is_fetch().then_some("first"));
        expected.extend(["4 from 4 to 9", "9", "last"]);
        assert_eq!(heard.take(expected.len()).await, expected);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_listener_that_is_added_while_the_source_is_open_hears_later_events() {
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
async fn a_relative_url_is_resolved_against_the_page_or_the_worker() {
    let assert_resolved = |url: &str| {
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        assert!(url.ends_with("/relative?a=b"), "{url}");
    };
    run(async || {
        let source = builder("/relative?a=b").open().expect("a valid URL");
        assert_resolved(source.url());
        if let Some(raw) = source.as_raw() {
            assert_resolved(&raw.url());
        }
        // The server of the tests' page answers 404 to this path.
        match source.closed().await {
            CloseReason::Policy(Error::GivenUp { url, .. } | Error::Status { url, .. }) => {
                assert_resolved(&url);
            }
            other => panic!("{other:?}"),
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_url_that_cannot_be_parsed_is_refused_at_once() {
    run(async || {
        let observed = Observed::new();
        for bad in ["http://", "http://[", "//:1", "http://a b/"] {
            match builder(bad).open() {
                Err(Error::InvalidUrl { url, message, .. }) => {
                    assert_eq!(&*url, bad);
                    assert!(!message.is_empty());
                }
                other => panic!("{bad}: {other:?}"),
            }
        }
        assert_eq!(observed.left(), Left::NOTHING);
    })
    .await;
}
