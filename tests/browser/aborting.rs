//! A source that an `AbortSignal` closes.

use futures::StreamExt;
use js_sys::Error;
use typed_eventsource::{CloseReason, Error as SourceError, EventSource};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::AbortController;

use super::support::{Attempt, Console, Left, Observed, Script, journal, listen, run, stream};

fn open(script: &Script, controller: &AbortController) -> EventSource {
    let source = script.builder().signal(&controller.signal()).open();
    source.expect("a valid URL")
}

fn controller() -> AbortController {
    AbortController::new().expect("a controller")
}

#[wasm_bindgen_test]
async fn an_abort_closes_the_source_and_streams_end_with_the_reason() {
    run(async || {
        let (console, observed) = (Console::new(), Observed::new());
        let script = Script::put([Attempt::sending("data: 1\n\n")]).await;
        let controller = controller();
        let source = open(&script, &controller);
        let mut numbers = stream::<u8>(&source, "message");
        listen::<u8>(&source, "message").next().await;
        let mut journal = journal(&source, &["message"]);
        controller.abort_with_reason(&Error::new("the user has left"));
        assert!(source.state().is_closed(), "at once");
        assert_eq!(observed.left(), Left::NOTHING);
        let reason_text = "Error: the user has left";
        assert_eq!(
            journal.rest().await,
            [format!("closed: aborted: {reason_text}")]
        );
        assert!(numbers.next().await.is_some_and(|item| item.is_ok()));
        let last = numbers.next().await.expect("why it has ended");
        assert!(
            matches!(last, Err(SourceError::Aborted { reason, .. }) if &*reason == reason_text)
        );
        assert!(numbers.next().await.is_none());
        let CloseReason::Aborted { reason, .. } = source.closed().await else {
            panic!("it was not aborted");
        };
        assert_eq!(&*reason, reason_text);
        let mut late = stream::<u8>(&source, "message");
        assert!(matches!(
            late.next().await,
            Some(Err(SourceError::Aborted { .. }))
        ));
        assert!(late.next().await.is_none());
        script.assert_client_left().await;
        assert_eq!(console.errors(), [""; 0]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_with_a_signal_that_is_aborted_already_is_closed_from_the_start() {
    run(async || {
        let observed = Observed::new();
        let script = Script::put([Attempt::sending("data: 1\n\n")]).await;
        let controller = controller();
        controller.abort();
        let source = open(&script, &controller);
        assert!(source.state().is_closed());
        assert_eq!(observed.attempts(), 0);
        assert_eq!(observed.left(), Left::NOTHING);
        let CloseReason::Aborted { reason, .. } = source.closed().await else {
            panic!("it was not aborted");
        };
        assert!(reason.starts_with("AbortError: "), "{reason}");
        // Once the server has seen another source, it would have seen the first one too.
        let other = script.open();
        listen::<u8>(&other, "message").next().await;
        assert_eq!(script.seen().await.len(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_listens_to_its_signal_until_it_is_closed() {
    run(async || {
        let observed = Observed::new();
        let script = Script::put([Attempt::sending("")]).await;
        let controller = controller();
        let with_signal = Left {
            listeners: Left::of_open_source().listeners + 1,
            ..Left::of_open_source()
        };
        let source = open(&script, &controller);
        script.seen_attempts(1).await;
        assert_eq!(observed.left(), with_signal);
        source.close();
        assert_eq!(observed.left(), Left::NOTHING);
        let dropped = open(&script, &controller);
        script.seen_attempts(2).await;
        assert_eq!(observed.left(), with_signal);
        drop(dropped);
        assert_eq!(observed.left(), Left::NOTHING);
    })
    .await;
}
