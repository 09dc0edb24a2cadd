//! An error goes to the console if no listener hears it, and only then.

use typed_eventsource::Text;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Console, Script, listen, run, states};

#[wasm_bindgen_test]
async fn an_error_that_no_listener_hears_goes_to_the_console() {
    run(async || {
        let console = Console::new();
        let script = Script::put([Attempt::answering(404)]).await;
        let source = script.open();
        // Listeners to events and to states do not hear errors.
        let _others = (listen::<Text>(&source, "message"), states(&source));
        let reason = source.closed().await;
        let error = reason.error().expect("an error");
        assert_eq!(console.errors(), [format!("typed-eventsource: {error}")]);
        assert!(error.to_string().contains(&script.url()), "{error}");
    })
    .await;
}
