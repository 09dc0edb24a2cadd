//! Components that set up the same.

use wasm_bindgen_test::wasm_bindgen_test;
use yew::scheduler::flush;

use crate::stage::{Mounted, Ticker, is_open, price, ticker, until, until_closed, until_price};
use typed_eventsource_test_support::{Attempt, Script, Step, run, send};

/// Brings two prices, each when it is released.
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
        let table = Mounted::<Ticker>::new(table);
        until(&mut chart_renders, is_open).await;
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

#[wasm_bindgen_test]
async fn one_that_does_not_want_to_share_has_its_own() {
    run(async || {
        let script = script().await;
        let own = || script.builder().shared(false);
        let (chart, mut chart_renders) = ticker(own());
        let (table, mut table_renders) = ticker(own());
        let _chart = Mounted::<Ticker>::new(chart);
        let _table = Mounted::<Ticker>::new(table);
        until(&mut chart_renders, is_open).await;
        until(&mut table_renders, is_open).await;
        assert_eq!(script.seen().await.len(), 2);
    })
    .await;
}

#[wasm_bindgen_test]
async fn closing_one_leaves_the_other_and_opening_joins_it_again() {
    run(async || {
        let script = script().await;
        let (chart, mut chart_renders) = ticker(script.builder());
        let (table, mut table_renders) = ticker(script.builder());
        let _chart = Mounted::<Ticker>::new(chart);
        let _table = Mounted::<Ticker>::new(table);
        let chart = until(&mut chart_renders, is_open).await;
        until(&mut table_renders, is_open).await;
        chart.close();
        until_closed(&mut chart_renders).await;
        script.release().await;
        until_price(&mut table_renders, 1).await;
        flush().await;
        assert!(chart_renders.so_far().is_empty(), "it hears no more");
        chart.open();
        until(&mut chart_renders, is_open).await;
        script.release().await;
        until_price(&mut chart_renders, 2).await;
        until_price(&mut table_renders, 2).await;
        assert_eq!(script.seen().await.len(), 1);
    })
    .await;
}
