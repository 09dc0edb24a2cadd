//! How data becomes a value: JSON, text, and forms of one's own.

use std::num::ParseFloatError;

use typed_eventsource::{Payload, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Script, next_data, run, stream};

/// The value that this data arrives as.
pub(crate) async fn arriving<T: Payload>(data: &str) -> T {
    let event = format!("data: {}\n\n", data.replace('\n', "\ndata: "));
    let script = Script::put([Attempt::sending(&event)]).await;
    next_data(&mut stream(&script.open(), "message")).await
}

#[wasm_bindgen_test]
async fn integers_of_64_bits_stay_exact() {
    run(async || {
        assert_eq!(arriving::<u64>("9007199254740993").await, (1 << 53) + 1);
        assert_eq!(arriving::<u64>("18446744073709551615").await, u64::MAX);
        assert_eq!(arriving::<i64>("-9223372036854775808").await, i64::MIN);
        let nested = arriving::<Vec<Option<u64>>>("[18446744073709551614, null]").await;
        assert_eq!(nested, [Some(u64::MAX - 1), None]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn text_is_the_data_as_it_stands() {
    run(async || {
        for text in [
            "{\"no json",
            "\"quoted\"",
            " 1 ",
            "one\n\ntwo",
            "𝄞 <b>é</b>",
        ] {
            assert_eq!(arriving::<Text>(text).await.0, text);
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_type_may_have_its_own_form() {
    struct Percent(f32);

    impl Payload for Percent {
        type Error = ParseFloatError;

        fn decode(data: &str) -> Result<Self, ParseFloatError> {
            data.trim_end_matches('%').parse().map(Percent)
        }
    }
    run(async || {
        assert_eq!(arriving::<Percent>("12.5%").await.0, 12.5);
    })
    .await;
}
