//! An enum is a subscription: its variants are the names.

use futures::StreamExt;
use serde::Deserialize;
use typed_eventsource::Error;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Script, next_data, next_error, run};

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Feed {
    Price(f64),
    Trade(String, u64),
    TradeHalt {
        symbol: String,
        #[serde(default)]
        reason: Option<String>,
    },
    #[serde(rename = "end of day")]
    Bye,
}

#[wasm_bindgen_test]
async fn each_kind_of_variant_arrives_under_the_name_that_serde_gives_it() {
    run(async || {
        let script = Script::put([Attempt::sending(concat!(
            "event: trade\ndata: [\"ACME\",18446744073709551615]\n\n",
            "event: price\ndata: 101.25\n\n",
            "event: Price\ndata: 1\n\n",
            "event: TradeHalt\ndata: {}\n\n",
            "event: trade-halt\ndata: {\"symbol\":\"ACME\",\ndata: \"reason\":\"news\"}\n\n",
            "event: Bye\ndata:\n\n",
            "event: end of day\ndata:\n\n",
            "event: end of day\ndata: what a unit's data is does not matter\n\n",
            "event: trade-halt\ndata: {\"symbol\":\"WILE\"}\n\n",
        ))]);
        let mut feed = script.await.open().events::<Feed>().expect("an enum");
        let expected = [
            Feed::Trade("ACME".into(), u64::MAX),
            Feed::Price(101.25),
            Feed::TradeHalt {
                symbol: "ACME".into(),
                reason: Some("news".into()),
            },
            Feed::Bye,
            Feed::Bye,
            Feed::TradeHalt {
                symbol: "WILE".into(),
                reason: None,
            },
        ];
        for variant in expected {
            assert_eq!(next_data(&mut feed).await, variant);
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn plain_names_are_those_of_the_variants() {
    #[derive(Debug, Deserialize, PartialEq)]
    enum Plain {
        Price(f64),
        Bye,
    }
    run(async || {
        let script = Script::put([Attempt::sending(
            "event: price\ndata: 1\n\nevent: Price\ndata: 2\n\nevent: Bye\ndata:\n\n",
        )]);
        let mut feed = script.await.open().events::<Plain>().expect("an enum");
        assert_eq!(next_data(&mut feed).await, Plain::Price(2.0));
        assert_eq!(next_data(&mut feed).await, Plain::Bye);
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_event_of_an_enum_has_its_name_and_id() {
    run(async || {
        let script = Script::put([Attempt::sending("id: 9\nevent: end of day\ndata: now\n\n")]);
        let mut feed = script.await.open().events::<Feed>().expect("an enum");
        let event = feed.next().await.expect("an item").expect("an event");
        assert_eq!((event.name(), event.last_event_id()), ("end of day", "9"));
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_variant_whose_data_does_not_fit_is_an_error_and_the_stream_goes_on() {
    run(async || {
        let script = Script::put([Attempt::sending(concat!(
            "event: price\ndata: \"high\"\n\n",
            "event: trade\ndata: [\"ACME\"]\n\n",
            "event: trade-halt\ndata: {\"reason\":\"none\"}\n\n",
            "event: price\ndata: 1 2\n\n",
            "event: price\ndata: 3\n\n",
        ))]);
        let mut feed = script.await.open().events::<Feed>().expect("an enum");
        for name in ["price", "trade", "trade-halt", "price"] {
            let Error::Decode(error) = next_error(&mut feed).await else {
                panic!("not a decode error");
            };
            assert_eq!(error.event().name(), name);
            assert!(error.type_name().ends_with("Feed"), "{}", error.type_name());
        }
        assert_eq!(next_data(&mut feed).await, Feed::Price(3.0));
    })
    .await;
}
