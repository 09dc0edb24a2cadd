//! No error vanishes: what nobody hears goes to the console, and only that.

use typed_eventsource::{Error, EventStream, Policy, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{
    Attempt, Console, Script, errors, is_refusal, listen, next_error, run, states, stream,
};

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
async fn a_loss_that_nobody_hears_goes_to_the_console_too() {
    run(async || {
        let console = Console::new();
        let attempts = [
            Attempt::ending("retry: 10\n\n"),
            Attempt::sending("data: 1\n\n"),
        ];
        let source = Script::put(attempts).await.open();
        listen::<u8>(&source, "message").next().await;
        let lines = console.errors();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(
            lines[0].contains("/streams/") && lines[0].contains(" was lost"),
            "{lines:?}"
        );
    })
    .await;
}

#[wasm_bindgen_test]
async fn data_that_a_listener_cannot_decode_goes_to_the_console_where_nobody_hears_of_it() {
    run(async || {
        let console = Console::new();
        let source = Script::put([Attempt::sending("id: 4\ndata: x\n\ndata: 2\n\n")])
            .await
            .open();
        // A stream of other events has nothing to do with it.
        let _other: EventStream<u8> = stream(&source, "other");
        assert_eq!(listen::<u8>(&source, "message").next().await, 2);
        let lines = console.errors();
        assert_eq!(lines.len(), 1, "{lines:?}");
        let start =
            "typed-eventsource: the data of event \"message\" (id \"4\") does not decode as u8";
        assert!(lines[0].starts_with(start), "{lines:?}");
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

#[wasm_bindgen_test]
async fn an_error_that_a_stream_yields_does_not_go_to_the_console() {
    run(async || {
        let console = Console::new();
        let attempts = [
            Attempt::ending("retry: 10\ndata: x\n\n"),
            Attempt::answering(500),
        ];
        let source = Script::put(attempts).await.open_with(Policy::browser());
        let mut numbers = stream::<u8>(&source, "message");
        source.closed().await;
        assert!(matches!(next_error(&mut numbers).await, Error::Decode(_)));
        assert!(matches!(
            next_error(&mut numbers).await,
            Error::ConnectionLost { .. }
        ));
        assert!(is_refusal(&next_error(&mut numbers).await, 500));
        assert_eq!(console.errors(), [""; 0]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_listener_that_is_gone_hears_nothing() {
    run(async || {
        let console = Console::new();
        let source = Script::put([Attempt::answering(404)]).await.open();
        drop((errors(&source), stream::<Text>(&source, "message")));
        source.closed().await;
        assert_eq!(console.errors().len(), 1);
    })
    .await;
}
