//! Payloads in JSON that the browser parses.

use std::{collections::BTreeMap, error::Error as _};

use futures::StreamExt;
use js_sys::Reflect;
use proptest::{prelude::any, prop_assert_eq, test_runner::TestRunner};
use serde::Deserialize;
use typed_eventsource::{Error, Js, JsonError, JsonValue, Payload, Text};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Script, listen, next_data, next_error, run, stream};

#[derive(Debug, Deserialize, PartialEq)]
struct Price {
    symbol: String,
    price: f64,
    #[serde(default)]
    volume: Option<u64>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Feed {
    Price(Price),
    Halt { symbol: String, levels: Vec<u8> },
    Pair(i16, char),
    Line(#[serde(deserialize_with = "typed_eventsource::payload")] Text),
    Bye,
}

fn decoded<T: serde::de::DeserializeOwned + 'static>(data: &str) -> Result<T, String> {
    let decoded = Js::<T>::decode(data).map(|Js(value)| value);
    decoded.map_err(|error| error.to_string())
}

#[wasm_bindgen_test]
async fn listeners_streams_and_enums_get_what_the_browser_has_parsed() {
    run(async || {
        let text = "event: price\ndata: {\"symbol\":\"ÄCME 𝄞\",\ndata: \"price\":101.25}\n\n\
            event: halt\ndata: {\"levels\":[1,2],\"symbol\":\"X\"}\n\n\
            event: pair\ndata: [-7,\"é\"]\n\nevent: line\ndata: no \"json {\n\nevent: bye\ndata: {\n\n";
        let source = Script::put([Attempt::sending(text)]).await.open();
        let price = || Price {
            symbol: "ÄCME 𝄞".into(),
            price: 101.25,
            volume: None,
        };
        let mut heard = listen::<Js<Price>>(&source, "price");
        let mut values = listen::<JsonValue>(&source, "price");
        let mut prices = stream::<Js<Price>>(&source, "price");
        let mut feed = source.events::<Js<Feed>>().expect("names of events");
        assert_eq!(heard.next().await, Js(price()));
        let value = values.next().await.0;
        let field = Reflect::get(&value, &"price".into());
        assert_eq!(field, Ok(JsValue::from(101.25)));
        assert_eq!(next_data(&mut prices).await.0, price());
        let expected = [
            Feed::Price(price()),
            Feed::Halt {
                symbol: "X".into(),
                levels: vec![1, 2],
            },
            Feed::Pair(-7, 'é'),
            Feed::Line(Text("no \"json {".into())),
            Feed::Bye,
        ];
        for expected in expected {
            assert_eq!(next_data(&mut feed).await, Js(expected));
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_event_that_does_not_decode_is_reported_with_its_data_and_what_is_wrong_where() {
    run(async || {
        let text = "event: price\ndata: {\"symbol\":\n\nevent: price\ndata: {\"symbol\":\"A\",\"price\":\"1\"}\n\n\
            event: halt\ndata: {\"symbol\":\"A\",\"levels\":[1,300]}\n\n\
            event: price\ndata: {\"symbol\":\"A\",\"price\":1}\n\n";
        let source = Script::put([Attempt::sending(text)]).await.open();
        let mut feed = source.events::<Js<Feed>>().expect("names of events");
        let mut values = stream::<JsonValue>(&source, "price");
        let expected = [
            ("price", "JSON"),
            ("price", "expected f64 at `price`"),
            ("halt", "expected u8 at `levels[1]`"),
        ];
        for (name, what) in expected {
            let Error::Decode(error) = next_error(&mut feed).await else {
                panic!("an error of decoding");
            };
            assert_eq!(error.event().name(), name);
            assert!(error.event().data.starts_with("{\"symbol\":"));
            let cause = error.source().and_then(|cause| cause.downcast_ref::<JsonError>());
            let cause = cause.expect("the decoder's error").to_string();
            assert!(cause.contains(what), "{cause}");
        }
        assert!(matches!(feed.next().await, Some(Ok(event)) if matches!(event.data, Js(Feed::Price(_)))));
        let Error::Decode(error) = next_error(&mut values).await else {
            panic!("an error of decoding");
        };
        assert_eq!(error.event().data, "{\"symbol\":");
        next_data(&mut values).await;
    })
    .await;
}

#[wasm_bindgen_test]
fn an_integer_that_a_number_of_javascript_cannot_hold_is_an_error_and_is_rounded_as_a_float() {
    assert_eq!(decoded::<u64>("9007199254740991"), Ok((1 << 53) - 1));
    assert_eq!(decoded::<i64>("-9007199254740991"), Ok(1 - (1 << 53)));
    for beyond in [
        "9007199254740992",
        "9007199254740993",
        "18446744073709551615",
    ] {
        assert!(decoded::<u64>(beyond).is_err(), "{beyond}");
        assert!(decoded::<i64>(&format!("-{beyond}")).is_err(), "{beyond}");
    }
    assert!(decoded::<u128>("1").is_err());
    assert_eq!(
        decoded::<f64>("9007199254740993"),
        Ok(9_007_199_254_740_992.0)
    );
    let rounded = JsonValue::decode("9007199254740993").map(|value| value.0.as_f64());
    assert_eq!(rounded, Ok(Some(9_007_199_254_740_992.0)));
    assert_eq!(
        decoded::<f64>("0.1234567890123456789"),
        Ok(0.123_456_789_012_345_68)
    );
}

#[wasm_bindgen_test]
fn what_is_no_json_is_an_error() {
    for bad in [
        "",
        " ",
        "{",
        "[1",
        "[1] 2",
        "'1'",
        "undefined",
        "NaN",
        "[1,]",
        "{a:1}",
    ] {
        assert!(JsonValue::decode(bad).is_err(), "{bad}");
        assert!(decoded::<serde_json::Value>(bad).is_err(), "{bad}");
    }
}

/// Each level of a nested value takes stack, of which wasm has little.
#[wasm_bindgen_test]
fn deeply_nested_json_is_an_error_and_no_stack_overflow() {
    let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
    assert!(decoded::<serde_json::Value>(&nested(127)).is_ok());
    for depth in [128, 1_000, 1_000_000] {
        let error = decoded::<serde_json::Value>(&nested(depth)).expect_err("too deep");
        assert!(error.contains("deeply"), "{error}");
    }
    let brackets = format!("{:?}", "[\\\"{".repeat(1_000));
    assert_eq!(decoded::<String>(&brackets), Ok("[\\\"{".repeat(1_000)));
    let wide = format!("[{}]", vec!["[[],{}]"; 1_000].join(","));
    assert!(decoded::<serde_json::Value>(&wide).is_ok());
}

#[wasm_bindgen_test]
fn names_that_objects_of_javascript_have_are_fields_like_others() {
    let keys = r#"{"__proto__":1,"constructor":2,"toString":3,"":4}"#;
    let map = decoded::<BTreeMap<String, u8>>(keys).expect("a map");
    let expected = [
        ("", 4),
        ("__proto__", 1),
        ("constructor", 2),
        ("toString", 3),
    ];
    assert_eq!(
        map,
        expected
            .map(|(name, number)| (name.to_owned(), number))
            .into()
    );
}

#[wasm_bindgen_test]
fn any_value_decodes_to_the_value_that_was_encoded() {
    type Value = (
        Vec<f64>,
        BTreeMap<String, Option<String>>,
        (i32, u32, bool),
        char,
    );
    let mut runner = TestRunner::deterministic();
    let checked = runner.run(&any::<Value>(), |value| {
        // JSON has no such numbers.
        let is_finite = value.0.iter().all(|number| number.is_finite());
        if is_finite {
            let data = serde_json::to_string(&value).expect("a value with texts as keys");
            prop_assert_eq!(decoded::<Value>(&data), Ok(value));
        }
        Ok(())
    });
    checked.expect("each value");
}
