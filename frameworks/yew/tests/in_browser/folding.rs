//! The hook that folds every event.

use std::{cell::Cell, rc::Rc};

use typed_eventsource::EventSourceBuilder;
use typed_eventsource_yew::use_event_source_fold;
use wasm_bindgen_test::wasm_bindgen_test;
use yew::prelude::*;

use crate::stage::{Feed, Mounted, price};
use typed_eventsource_test_support::{Attempt, Heard, Script, Step, run};

const MANY: u32 = 10_000;

/// All prices, and how often the list was cloned.
struct Prices {
    all: Vec<u32>,
    copies: Rc<Cell<u32>>,
}

impl Clone for Prices {
    fn clone(&self) -> Self {
        self.copies.set(self.copies.get() + 1);
        Self {
            all: self.all.clone(),
            copies: Rc::clone(&self.copies),
        }
    }
}

#[derive(PartialEq, Properties)]
struct HistoryProps {
    source: EventSourceBuilder,
    /// Called once there are enough prices, with the prices and the number of clones.
    on_many: Callback<(Vec<u32>, u32)>,
}

#[component]
fn History(props: &HistoryProps) -> Html {
    let init = || Prices {
        all: Vec::new(),
        copies: Rc::default(),
    };
    let history = use_event_source_fold(props.source.clone(), init, |prices, event| {
        if let Feed::Price(price) = event.data {
            prices.all.push(price);
        }
    });
    let Prices { all, copies } = history.data();
    if all.len() >= MANY as usize {
        props.on_many.emit((all.clone(), copies.get()));
    }
    html! { all.len() }
}

#[wasm_bindgen_test]
async fn ten_thousand_events_in_one_burst_are_all_folded_without_a_clone() {
    run(async || {
        let burst = Step::Repeat {
            times: MANY,
            send: "event: price\ndata: {n}\n\n",
        };
        let script = Script::put([Attempt::playing([burst, Step::Silence])]).await;
        let (hear, mut many) = Heard::new();
        let _app = Mounted::<History>::new(HistoryProps {
            source: script.builder(),
            on_many: Callback::from(hear),
        });
        let (all, copies) = many.next().await;
        assert!(all.into_iter().eq(0..MANY));
        assert_eq!(copies, 0);
    })
    .await;
}

#[derive(Clone, PartialEq, Properties)]
struct ScaleProps {
    source: EventSourceBuilder,
    factor: u32,
    on_render: Callback<u32>,
}

#[component]
fn Scale(props: &ScaleProps) -> Html {
    let factor = props.factor;
    let sum = use_event_source_fold(props.source.clone(), u32::default, move |sum, event| {
        if let Feed::Price(price) = event.data {
            *sum += factor * price;
        }
    });
    props.on_render.emit(*sum.data());
    html! {}
}

#[wasm_bindgen_test]
async fn the_fold_of_the_last_render_is_called() {
    run(async || {
        let script = Script::put([Attempt::playing([
            price(1),
            Step::Wait,
            price(2),
            Step::Silence,
        ])])
        .await;
        let (hear, mut sums) = Heard::new();
        let props = ScaleProps {
            source: script.builder(),
            factor: 1,
            on_render: Callback::from(hear),
        };
        let mut app = Mounted::<Scale>::new(props.clone());
        while sums.next().await != 1 {}
        app.update(ScaleProps {
            factor: 10,
            ..props
        });
        assert_eq!(sums.next().await, 1);
        script.release().await;
        assert_eq!(sums.next().await, 21);
    })
    .await;
}
