//! Components share a connection. How components join and leave it is tested in `typed-eventsource-hooks`.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{Mounted, Ticker, is_open, price, ticker, until, until_price};
use typed_eventsource_test_support::{Attempt, Script, Step, run, send};

/// A script that sends two prices, each when it is released.
async fn script() -> Script {
    Script::put([Attempt::playing([
        send(": nothing yet\n\n"),
        Step::Wait,
        price(1),
        Step::Wait,
        price(2),
        Step::Silence,
    ])])
    .await
}

#[wasm_bindgen_test]
async fn two_components_have_one_connection_until_both_are_gone() {
    run(async || {
        let script = script().await;
        let (chart, mut chart_renders) = ticker(script.builder());
        let (table, mut table_renders) = ticker(script.builder());
        let chart = Mounted::<Ticker>::new(chart);
        until(&mut chart_renders, is_open).await;
        // The second component joins an open connection.
        let table = Mounted::<Ticker>::new(table);
        until(&mut table_renders, is_open).await;
        script.release().await;
        until_price(&mut chart_renders, 1).await;
        until_price(&mut table_renders, 1).await;
        drop(chart);
        script.release().await;
        until_price(&mut table_renders, 2).await;
        let seen = script.seen().await;
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].closed_by, None);
        drop(table);
        assert_eq!(script.seen_closed(1).await.len(), 1);
    })
    .await;
}
