//! What goes wrong is shown, and nothing panics.

use typed_eventsource::{CloseReason, Error, State};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::{
    Mounted, Ticker, TickerProps, is_open, price, ticker, until_closed, until_price,
};
use typed_eventsource_test_support::{Attempt, Script, Step, is_refusal, run, send};

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
