//! What is wrong is refused at once, by the call that it was given to.

use serde::Deserialize;
use typed_eventsource::{Error, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Left, Observed, Script, builder, listen, run};

#[wasm_bindgen_test]
async fn a_url_that_cannot_be_parsed_is_refused() {
    run(async || {
        let observed = Observed::new();
        for bad in ["http://", "http://[", "//:1"] {
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

#[wasm_bindgen_test]
async fn a_name_that_no_message_can_have_is_refused() {
    run(async || {
        let script = Script::put([Attempt::sending("data: 1\n\n")]).await;
        let source = script.open();
        for bad in ["", "two\nlines", "two\rlines"] {
            let refusals = [
                source.on::<Text>(bad, |_| {}).map(drop),
                source.stream::<Text>(bad).map(drop),
                script.builder().terminal_event(bad).open().map(drop),
            ];
            for refused in refusals {
                let Err(Error::InvalidEventName { name, .. }) = refused else {
                    panic!("{bad:?}: {refused:?}");
                };
                assert_eq!(&*name, bad);
            }
        }
        let mut messages = listen::<u8>(&source, "message");
        assert_eq!(messages.next().await, 1, "the source goes on");
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_type_whose_variants_are_no_names_is_refused() {
    #[derive(Debug, Deserialize)]
    #[serde(tag = "type")]
    #[allow(dead_code, reason = "never made")]
    enum Tagged {
        Price(Price),
    }
    #[derive(Debug, Deserialize)]
    struct Price {}
    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "never made")]
    enum Misnamed {
        #[serde(rename = "two\nlines")]
        TwoLines,
    }
    run(async || {
        let source = Script::put([Attempt::sending("")]).await.open();
        for refused in [
            source.events::<Tagged>().map(drop),
            source.events::<Price>().map(drop),
            source.events::<u8>().map(drop),
        ] {
            assert!(
                matches!(refused, Err(Error::NotAnEnum { .. })),
                "{refused:?}"
            );
        }
        let refused = source.events::<Misnamed>().map(drop);
        let misnamed =
            matches!(&refused, Err(Error::InvalidEventName { name, .. }) if **name == *"two\nlines");
        assert!(misnamed, "{refused:?}");
    })
    .await;
}
