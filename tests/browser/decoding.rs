//! Data that is not what its listener asked for: an error with the event and its cause, and the
//! source goes on.

use std::error::Error as _;

use serde::Deserialize;
use typed_eventsource::{CloseReason, DecodeError, Error, EventSource, Payload, Policy, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Script, errors, listen, next_data, next_error, run, stream};

#[derive(Debug, Deserialize, PartialEq)]
enum Side {
    Buy,
    Sell,
}

fn undecoded(error: Error) -> DecodeError {
    match error {
        Error::Decode(error) => error,
        other => panic!("{other:?}"),
    }
}

/// What comes of data that does not decode, and then of data that does.
pub(crate) async fn bad_then_good<T: Payload>(bad: &str, good: &str) -> (DecodeError, T) {
    let text = format!("id: 3\nevent: value\ndata: {bad}\n\nevent: value\ndata: {good}\n\n");
    let source = Script::put([Attempt::sending(&text)]).await.open();
    let mut errors = errors(&source);
    let mut values = listen::<T>(&source, "value");
    let value = values.next().await;
    let error = undecoded(errors.next().await);
    assert_eq!(error.event().name(), "value");
    assert_eq!(error.event().last_event_id(), "3");
    assert_eq!(error.event().data, bad);
    assert_eq!(error.type_name(), std::any::type_name::<T>());
    assert!(errors.so_far().is_empty());
    (error, value)
}

fn serde_source(error: &DecodeError) -> &serde_json::Error {
    let source = error.source().expect("a source");
    source.downcast_ref().expect("serde's own error")
}

#[wasm_bindgen_test]
async fn what_is_no_json_is_a_syntax_error() {
    run(async || {
        for bad in ["oops", "", "1 2", "7e"] {
            let (error, value) = bad_then_good::<u32>(bad, "7").await;
            let cause = serde_source(&error);
            assert!(cause.is_syntax() || cause.is_eof(), "{bad}: {cause}");
            assert_eq!(value, 7);
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn json_of_the_wrong_shape_is_a_data_error() {
    run(async || {
        for bad in ["\"7\"", "-7", "7.5", "4294967296", "[7]", "null"] {
            let (error, value) = bad_then_good::<u32>(bad, "7").await;
            assert!(serde_source(&error).is_data(), "{bad}: {error}");
            assert_eq!(value, 7);
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_unknown_variant_is_a_data_error() {
    run(async || {
        let (error, value) = bad_then_good::<Side>("\"Hold\"", "\"Sell\"").await;
        assert!(serde_source(&error).is_data());
        let said = serde_source(&error).to_string();
        assert!(said.contains("unknown variant `Hold`"), "{said}");
        assert_eq!(value, Side::Sell);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_stream_yields_the_error_in_the_place_of_the_event() {
    run(async || {
        let script = Script::put([Attempt::sending("data: 1\n\ndata: x\n\ndata: 3\n\n")]);
        let mut numbers = stream::<u8>(&script.await.open(), "message");
        assert_eq!(next_data(&mut numbers).await, 1);
        assert_eq!(undecoded(next_error(&mut numbers).await).event().data, "x");
        assert_eq!(next_data(&mut numbers).await, 3);
    })
    .await;
}

#[wasm_bindgen_test]
async fn one_listeners_failure_to_decode_concerns_no_other() {
    run(async || {
        let source = Script::put([Attempt::sending("data: x\n\ndata: 2\n\n")])
            .await
            .open();
        let (mut numbers, mut texts) = (stream(&source, "message"), stream(&source, "message"));
        let mut heard = listen::<Text>(&source, "message");
        let error = undecoded(next_error::<u8>(&mut numbers).await);
        assert_eq!(error.type_name(), "u8");
        assert_eq!(next_data::<u8>(&mut numbers).await, 2);
        assert_eq!(next_data::<Text>(&mut texts).await.0, "x");
        assert_eq!(next_data::<Text>(&mut texts).await.0, "2");
        assert_eq!(
            heard.take(2).await,
            ["x", "2"].map(|text| Text(text.into()))
        );
    })
    .await;
}

async fn open_with(policy: Policy, text: &str) -> EventSource {
    Script::put([Attempt::sending(text)])
        .await
        .open_with(policy)
}

#[wasm_bindgen_test]
async fn the_source_closes_at_so_many_failures_in_a_row() {
    run(async || {
        let policy = Policy::browser().close_after_decode_errors(3);
        let text = "data: a\n\ndata: b\n\ndata: 1\n\ndata: c\n\ndata: d\n\ndata: e\n\ndata: 2\n\n";
        let source = open_with(policy, text).await;
        let mut errors = errors(&source);
        let mut numbers = listen::<u8>(&source, "message");
        let reason = source.closed().await;
        let CloseReason::Policy(Error::TooMany { count: 3, last, .. }) = reason else {
            panic!("{reason:?}");
        };
        assert_eq!(undecoded(Error::clone(&last)).event().data, "e");
        assert_eq!(numbers.rest().await, [1]);
        let mut told = errors.rest().await;
        let last = told.pop();
        assert!(
            matches!(last, Some(Error::TooMany { count: 3, .. })),
            "{last:?}"
        );
        let data = |error| undecoded(error).event().data.clone();
        let told: Vec<_> = told.into_iter().map(data).collect();
        assert_eq!(told, ["a", "b", "c", "d", "e"]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_event_that_several_fail_to_decode_counts_once() {
    run(async || {
        let policy = Policy::browser().close_after_decode_errors(2);
        let source = open_with(policy, "data: a\n\ndata: 1\n\ndata: b\n\ndata: c\n\n").await;
        let mut numbers = listen::<u8>(&source, "message");
        let _also = [
            listen::<u16>(&source, "message"),
            listen::<u16>(&source, "message"),
        ];
        let _and = stream::<u32>(&source, "message");
        let reason = source.closed().await;
        let CloseReason::Policy(Error::TooMany { count: 2, last, .. }) = reason else {
            panic!("{reason:?}");
        };
        assert_eq!(undecoded(Error::clone(&last)).event().data, "c");
        assert_eq!(numbers.rest().await, [1]);
    })
    .await;
}
