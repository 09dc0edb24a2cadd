//! Large events, up to the limit and beyond it.

use typed_eventsource::{CloseReason, Error, Fetch, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Script, Step, listen, send},
    open, resilient, run,
};

#[wasm_bindgen_test]
async fn an_event_may_be_larger_than_any_chunk() {
    run(async || {
        let part = Step::Repeat {
            times: 300_000,
            send: "0123456789",
        };
        let steps = [send("data: "), part, send("\n\ndata: 2\n\n"), Step::Silence];
        let source = Script::put([Attempt::playing(steps)]).await.open();
        let mut heard = listen::<Text>(&source, "message");
        assert_eq!(heard.next().await.0, "0123456789".repeat(300_000));
        assert_eq!(heard.next().await.0, "2");
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_event_as_large_as_the_limit_arrives() {
    run(async || {
        let script = Script::put([Attempt::sending("data: 0123456789\n\ndata: 2\n\n")]).await;
        let source = open(
            &script,
            Fetch::new().max_event_size("data: 0123456789".len()),
        );
        let mut heard = listen::<Text>(&source, "message");
        assert_eq!(heard.next().await.0, "0123456789");
        assert_eq!(heard.next().await.0, "2");
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_event_beyond_the_limit_closes_the_source_after_the_event_before_it() {
    run(async || {
        let text = "data: 1\n\ndata: 0123456789\n\ndata: 2\n\n";
        let script = Script::put([Attempt::sending(text)]).await;
        let fetch = Fetch::new().max_event_size("data: 0123456789".len() - 1);
        let builder = script.builder().fetch(fetch).policy(resilient());
        let source = builder.open().expect("a valid request");
        let mut heard = listen::<Text>(&source, "message");
        let reason = source.closed().await;
        let too_large = matches!(
            reason,
            CloseReason::Policy(Error::EventTooLarge { limit: 15, .. })
        );
        assert!(too_large, "{reason:?}");
        assert_eq!(heard.rest().await, [Text("1".into())]);
        script.assert_client_left().await;
    })
    .await;
}
