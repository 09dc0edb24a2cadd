//! JSON that is nested too deep for the stack.

use std::{error::Error as _, fmt::Debug};

use serde::Deserialize;
use serde_json::Value;
use typed_eventsource::{Error, EventStream, Payload};
use wasm_bindgen_test::wasm_bindgen_test;

use super::super::support::{Attempt, Script, next_data, next_error, run, stream};

const DEPTH: usize = 100_000;

/// Three events with nested JSON, one whole and two cut short, and then an event with a number.
fn events(name: &str) -> String {
    let (arrays, ends) = ("[".repeat(DEPTH), "]".repeat(DEPTH));
    let objects = "{\"a\":".repeat(DEPTH);
    let event = |data: &str| format!("event: {name}\ndata: {data}\n\n");
    [&arrays, &format!("{arrays}{ends}"), &objects, "7"]
        .map(event)
        .concat()
}

/// Asserts that the stream yields three decode errors.
async fn assert_refused_three_times<T: 'static>(stream: &mut EventStream<T>) {
    for _ in 0..3 {
        let error = next_error(stream).await;
        let Error::Decode(error) = error else {
            panic!("{error:?}");
        };
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        assert!(cause.contains("recursion limit exceeded"), "{cause}");
    }
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Tree {
    Leaf(u8),
    Branches(Vec<Tree>),
    Named { a: Box<Tree> },
}

/// Asserts that all events but the last are refused as messages of this type.
async fn assert_refused<T: Payload + Debug + PartialEq>(last: T) {
    let script = Script::put([Attempt::sending(&events("message"))]).await;
    let mut stream = stream::<T>(&script.open(), "message");
    assert_refused_three_times(&mut stream).await;
    assert_eq!(next_data(&mut stream).await, last);
}

#[wasm_bindgen_test]
async fn a_value_of_any_shape_and_a_type_that_holds_itself_are_refused() {
    run(async || {
        assert_refused(Value::from(7)).await;
        assert_refused(Tree::Leaf(7)).await;
    })
    .await;
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Feed {
    Tree(Tree),
}

#[wasm_bindgen_test]
async fn a_variant_with_nested_data_is_refused() {
    run(async || {
        let source = Script::put([Attempt::sending(&events("tree"))])
            .await
            .open();
        let mut feed = source.events::<Feed>().expect("an enum");
        assert_refused_three_times(&mut feed).await;
        assert_eq!(next_data(&mut feed).await, Feed::Tree(Tree::Leaf(7)));
    })
    .await;
}

#[derive(Debug, Deserialize, PartialEq)]
struct Price {
    price: u8,
}

#[wasm_bindgen_test]
async fn a_field_that_a_type_does_not_have_may_be_nested_deep() {
    run(async || {
        let nested = format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
        let text = format!("data: {{\"more\":{nested},\"price\":7}}\n\n");
        let source = Script::put([Attempt::sending(&text)]).await.open();
        let mut prices = stream::<Price>(&source, "message");
        assert_eq!(next_data(&mut prices).await, Price { price: 7 });
    })
    .await;
}
