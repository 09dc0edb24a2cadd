//! A component closes its source and opens it again.

use typed_eventsource::{CloseReason, State};
use wasm_bindgen_test::wasm_bindgen_test;
use yew::scheduler::flush;

use crate::stage::{
    Mounted, Ticker, TickerProps, price, shown_text, ticker, until_closed, until_price,
};
use typed_eventsource_test_support::{Attempt, Observed, Script, Step, run};

fn one_price_each(prices: [u32; 2]) -> [Attempt; 2] {
    prices.map(|one| Attempt::playing([price(one), Step::Silence]))
}

#[wasm_bindgen_test]
async fn a_closed_source_is_shown_as_closed_and_can_be_opened_again() {
    run(async || {
        let script = Script::put(one_price_each([1, 2])).await;
        let (props, mut renders) = ticker(script.builder());
        let _app = Mounted::<Ticker>::new(props);
        let feed = until_price(&mut renders, 1).await;
        feed.close();
        feed.close();
        let closed = renders.next().await;
        assert!(matches!(
            closed.state(),
            State::Closed(CloseReason::Requested)
        ));
        assert_eq!(script.seen_closed(1).await.len(), 1);
        feed.open();
        feed.open();
        let opening = renders.next().await;
        assert_eq!(shown_text(&opening), "connecting, Some(Price(1))");
        until_price(&mut renders, 2).await;
        assert_eq!(script.seen().await.len(), 2);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_closed_source_stays_closed_at_another_render_and_another_source_opens() {
    run(async || {
        let script = Script::put(one_price_each([1, 2])).await;
        let (props, mut renders) = ticker(script.builder());
        let mut app = Mounted::<Ticker>::new(props.clone());
        until_price(&mut renders, 1).await.close();
        until_closed(&mut renders).await;
        app.update(TickerProps {
            round: 1,
            ..props.clone()
        });
        assert!(renders.next().await.state().is_closed());
        assert_eq!(script.seen_closed(1).await.len(), 1);
        app.update(TickerProps {
            source: script.builder().with_credentials(true),
            ..props
        });
        until_price(&mut renders, 2).await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_can_be_closed_before_it_has_opened() {
    run(async || {
        let script = Script::put(one_price_each([1, 2])).await;
        let observed = Observed::new();
        let (mut props, mut renders) = ticker(script.builder());
        let on_render = props.on_render.clone();
        props.on_render = yew::Callback::from(move |feed: crate::stage::TickerHandle| {
            feed.close();
            on_render.emit(feed);
        });
        let _app = Mounted::<Ticker>::new(props);
        until_closed(&mut renders).await;
        flush().await;
        assert_eq!(observed.attempts(), 0);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_handle_of_a_component_that_is_gone_opens_nothing() {
    run(async || {
        let script = Script::put(one_price_each([1, 2])).await;
        let observed = Observed::new();
        let (props, mut renders) = ticker(script.builder());
        let app = Mounted::<Ticker>::new(props);
        let feed = until_price(&mut renders, 1).await;
        drop(app);
        flush().await;
        feed.close();
        feed.open();
        flush().await;
        assert_eq!(observed.attempts(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_that_is_paused_is_shown_as_paused_and_connects_when_it_is_resumed_or_reconnected()
{
    run(async || {
        let attempts = [1, 2, 3].map(|one| Attempt::playing([price(one), Step::Silence]));
        let script = Script::put(attempts).await;
        let (props, mut renders) = ticker(script.builder());
        let _app = Mounted::<Ticker>::new(props);
        let feed = until_price(&mut renders, 1).await;
        feed.pause();
        assert!(matches!(renders.next().await.state(), State::Paused));
        assert_eq!(script.seen_closed(1).await.len(), 1);
        feed.resume();
        let feed = until_price(&mut renders, 2).await;
        feed.reconnect();
        until_price(&mut renders, 3).await;
    })
    .await;
}
