//! No error vanishes: what nobody hears goes to the console, and only that.

use typed_eventsource::{Error, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Console, Script, errors, is_refusal, listen, run, states};

#[wasm_bindgen_test]
async fn an_error_that_nobody_hears_goes_to_the_console() {
    run(async || {
        let console = Console::new();
        let script = Script::put([Attempt::answering(404)]).await;
        let source = script.open();
        // Neither an event listener nor one for states hears errors.
        let _others = (listen::<Text>(&source, "message"), states(&source));
        let reason = source.closed().await;
        let error = reason.error().expect("an error");
        assert_eq!(console.errors(), [format!("typed-eventsource: {error}")]);
        assert!(error.to_string().contains(&script.url()), "{error}");
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_error_that_on_error_hears_does_not_go_to_the_console() {
    run(async || {
        let console = Console::new();
        let attempts = [
            Attempt::ending("retry: 10\ndata: x\n\n"),
            Attempt::answering(500),
        ];
        let source = Script::put(attempts).await.open();
        let mut errors = errors(&source);
        let _listener = listen::<u8>(&source, "message");
        source.closed().await;
        let told = errors.rest().await;
        assert!(matches!(told[0], Error::Decode(_)), "{told:?}");
        assert!(matches!(told[1], Error::ConnectionLost { .. }), "{told:?}");
        assert!(is_refusal(&told[2], 500), "{told:?}");
        assert_eq!(told.len(), 3, "{told:?}");
        assert_eq!(console.errors(), [""; 0]);
    })
    .await;
}
