//! What goes wrong is shown, and nothing panics.

use typed_eventsource::{CloseReason, Error, EventSourceBuilder, State};
use typed_eventsource_yew::{UseEventSourceHandle, use_event_source};
use wasm_bindgen_test::wasm_bindgen_test;
use yew::prelude::*;

use crate::stage::{
    Mounted, Ticker, TickerProps, is_open, price, ticker, until, until_closed, until_price,
};
use typed_eventsource_test_support::{Attempt, Heard, Script, Step, is_refusal, run, send};

#[wasm_bindgen_test]
async fn a_bad_url_is_shown_and_a_good_one_opens() {
    run(async || {
        let script = Script::put([Attempt::playing([price(1), Step::Silence])]).await;
        let (props, mut renders) = ticker("http://[");
        let mut app = Mounted::<Ticker>::new(props.clone());
        let shown = until_closed(&mut renders).await;
        assert!(matches!(shown.error(), Some(Error::InvalidUrl { .. })));
        let State::Closed(CloseReason::Policy(Error::InvalidUrl { url, .. })) = shown.state()
        else {
            panic!("{:?}", shown.state());
        };
        assert_eq!(&**url, "http://[");
        app.update(TickerProps {
            source: script.builder(),
            ..props
        });
        assert!(renders.next().await.error().is_none());
        until_price(&mut renders, 1).await;
    })
    .await;
}

#[derive(PartialEq, Properties)]
struct NumberProps {
    source: EventSourceBuilder,
    on_render: Callback<UseEventSourceHandle<Option<u32>>>,
}

/// Asks for a type that is no enum.
#[component]
fn Number(props: &NumberProps) -> Html {
    props
        .on_render
        .emit(use_event_source::<u32>(props.source.clone()));
    html! {}
}

#[wasm_bindgen_test]
async fn a_type_that_is_no_enum_is_shown() {
    run(async || {
        let script = Script::put([Attempt::playing([Step::Silence])]).await;
        let (hear, mut renders) = Heard::new();
        let _app = Mounted::<Number>::new(NumberProps {
            source: script.builder(),
            on_render: Callback::from(hear),
        });
        let shown = until_closed(&mut renders).await;
        assert!(matches!(shown.error(), Some(Error::NotAnEnum { .. })));
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_answer_that_closes_it_is_shown_and_opening_tries_again() {
    run(async || {
        let script = Script::put([
            Attempt::answering(404),
            Attempt::playing([price(1), Step::Silence]),
        ])
        .await;
        let (props, mut renders) = ticker(script.builder());
        let _app = Mounted::<Ticker>::new(props);
        let feed = until_closed(&mut renders).await;
        let error = feed.error().expect("an error");
        assert!(is_refusal(error, 404), "{error}");
        feed.open();
        assert!(renders.next().await.error().is_none());
        until_price(&mut renders, 1).await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_loss_is_shown_until_it_is_open_again() {
    run(async || {
        let script = Script::put([
            Attempt::playing([send("retry: 10\n\n"), price(1), Step::Wait, Step::Reset]),
            Attempt::playing([price(2), Step::Silence]),
        ])
        .await;
        let (props, mut renders) = ticker(script.builder());
        let _app = Mounted::<Ticker>::new(props);
        // A reset may overtake what has not been read yet.
        until_price(&mut renders, 1).await;
        script.release().await;
        let lost = until(&mut renders, |shown| shown.error().is_some()).await;
        assert!(matches!(lost.error(), Some(Error::ConnectionLost { .. })));
        let back = until(&mut renders, is_open).await;
        assert!(back.error().is_none());
        until_price(&mut renders, 2).await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn data_that_does_not_decode_is_shown_until_some_does() {
    run(async || {
        let script = Script::put([Attempt::playing([
            price(1),
            Step::Wait,
            send("event: price\ndata: much\n\n"),
            Step::Wait,
            price(2),
            Step::Silence,
        ])])
        .await;
        let (props, mut renders) = ticker(script.builder());
        let _app = Mounted::<Ticker>::new(props);
        until_price(&mut renders, 1).await;
        script.release().await;
        let shown = renders.next().await;
        assert!(matches!(shown.error(), Some(Error::Decode(_))));
        assert!(is_open(&shown) && shown.data().is_some());
        script.release().await;
        let shown = until_price(&mut renders, 2).await;
        assert!(shown.error().is_none());
    })
    .await;
}
