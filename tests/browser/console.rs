//! No error vanishes: what nobody hears goes to the console, and only that.

use typed_eventsource::Text;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Console, Script, listen, run, states};

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
