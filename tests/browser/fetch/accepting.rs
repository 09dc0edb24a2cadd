//! The app decides which responses are event streams.

use typed_eventsource::{CloseReason, Error, Fetch, ResponseHead};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Heard, Left, Observed, Script, Transport, listen, run_with_panics},
    answers::closing_error,
    open, run,
};

#[wasm_bindgen_test]
async fn a_response_that_the_app_accepts_is_a_stream() {
    run(async || {
        for (status, content_type) in [
            (201, "text/event-stream"),
            (202, "application/x-ndjson"),
            (200, "text/plain"),
        ] {
            let answer = Attempt::sending("data: 1\n\n")
                .with_status(status)
                .header("content-type", content_type);
            let script = Script::put([answer]).await;
            let accept = move |response: &ResponseHead| {
                response.status() == status && response.header("content-type") == Some(content_type)
            };
            let source = open(&script, Fetch::new().accept(accept));
            assert_eq!(listen::<u8>(&source, "message").next().await, 1);
            let refused = open(&script, Fetch::new().accept(|_| false));
            let error = closing_error(&refused).await;
            assert!(matches!(
                error,
                Error::Status { .. } | Error::ContentType { .. }
            ));
        }
    })
    .await;
}

/// In wasm a panic aborts the running code.
#[wasm_bindgen_test]
async fn a_source_that_has_panicked_about_a_response_can_be_closed() {
    run_with_panics(async || {
        if !Transport::selected().is_fetch() {
            return;
        }
        let script = Script::put([Attempt::sending("data: 1\n\n")]).await;
        let observed = Observed::new();
        let (hear, mut asked) = Heard::new();
        let accept = move |_: &ResponseHead| -> bool {
            hear(());
            panic!("on purpose");
        };
        let source = open(&script, Fetch::new().accept(accept));
        let closed = source.closed();
        asked.next().await;
        source.close();
        drop(source);
        assert!(matches!(closed.await, CloseReason::Requested));
        assert_eq!(observed.left(), Left::NOTHING);
        let other = script.open();
        assert_eq!(listen::<u8>(&other, "message").next().await, 1);
    })
    .await;
}
