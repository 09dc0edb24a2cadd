//! A source opens when its component is mounted, and a component renders only when there is something new to show.

use wasm_bindgen_test::wasm_bindgen_test;
use yew::scheduler::flush;

use crate::stage::{Mounted, Ticker, TickerProps, price, shown_text, ticker, until_price};
use typed_eventsource_test_support::{Attempt, Left, Observed, Script, Step, run, send};

#[wasm_bindgen_test]
async fn a_source_opens_when_its_component_is_mounted_and_closes_when_it_is_unmounted() {
    run(async || {
        let script = Script::put([Attempt::playing([price(1), Step::Silence])]).await;
        let observed = Observed::new();
        let (props, mut renders) = ticker(script.builder());
        let app = Mounted::<Ticker>::new(props);
        until_price(&mut renders, 1).await;
        drop(app);
        flush().await;
        assert_eq!(observed.left(), Left::NOTHING);
        assert_eq!(script.seen_closed(1).await.len(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_thousand_renders_keep_one_connection() {
    run(async || {
        let script = Script::put([Attempt::playing([
            price(1),
            Step::Wait,
            price(2),
            Step::Silence,
        ])])
        .await;
        let (props, mut renders) = ticker(script.builder());
        let mut app = Mounted::<Ticker>::new(props.clone());
        until_price(&mut renders, 1).await;
        for round in 1..=1000 {
            app.update(TickerProps {
                round,
                ..props.clone()
            });
            flush().await;
            let shown = renders.so_far();
            assert_eq!(shown.len(), 1, "one update, one render");
            assert_eq!(shown_text(&shown[0]), "open, Some(Price(1))");
        }
        script.release().await;
        until_price(&mut renders, 2).await;
        let seen = script.seen().await;
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].closed_by, None);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_component_renders_only_when_there_is_something_new() {
    run(async || {
        let script = Script::put([Attempt::playing([
            send(": nothing yet\n\n"),
            Step::Wait,
            price(1),
            Step::Wait,
            send("event: unheard\ndata: 1\n\n"),
            price(2),
            Step::Silence,
        ])])
        .await;
        let (props, mut renders) = ticker(script.builder());
        let _app = Mounted::<Ticker>::new(props);
        let mut shown = renders.take(2).await;
        script.release().await;
        shown.extend(renders.take(1).await);
        script.release().await;
        shown.extend(renders.take(1).await);
        flush().await;
        shown.extend(renders.so_far());
        let shown: Vec<_> = shown.iter().map(shown_text).collect();
        assert_eq!(
            shown,
            [
                "connecting, None",
                "open, None",
                "open, Some(Price(1))",
                "open, Some(Price(2))",
            ]
        );
    })
    .await;
}

#[wasm_bindgen_test]
async fn handles_are_equal_if_they_show_the_same() {
    run(async || {
        let script = Script::put([Attempt::playing([price(1), Step::Silence])]).await;
        let (props, mut renders) = ticker(script.builder());
        let mut app = Mounted::<Ticker>::new(props.clone());
        let first = renders.next().await;
        let second = until_price(&mut renders, 1).await;
        app.update(TickerProps { round: 1, ..props });
        let third = renders.next().await;
        assert!(first != second);
        assert!(second == third);
        assert_eq!(
            shown_text(&first),
            "connecting, None",
            "a handle keeps what it had at its render"
        );
    })
    .await;
}
