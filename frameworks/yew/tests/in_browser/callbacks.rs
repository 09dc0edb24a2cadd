//! The hook that calls a callback with each event.

use std::{cell::RefCell, rc::Rc};

use typed_eventsource::{Event, EventSourceBuilder};
use typed_eventsource_yew::use_event_source_callback;
use wasm_bindgen_test::wasm_bindgen_test;
use yew::{AppHandle, Renderer, prelude::*, scheduler::flush};

use crate::stage::{Feed, Mounted, element, price};
use typed_eventsource_test_support::{Attempt, Heard, Script, Step, run, send};

#[derive(Clone, PartialEq, Properties)]
struct BellProps {
    source: EventSourceBuilder,
    round: u32,
    /// Called with the round of the render whose callback is called, and with the price.
    on_price: Callback<(u32, u32)>,
    on_render: Callback<String>,
}

#[component]
fn Bell(props: &BellProps) -> Html {
    let BellProps {
        round, on_price, ..
    } = props.clone();
    let feed = use_event_source_callback(props.source.clone(), move |event: Event<Feed>| {
        if let Feed::Price(price) = event.data {
            on_price.emit((round, price));
        }
    });
    props.on_render.emit(feed.state().to_string());
    html! {}
}

#[wasm_bindgen_test]
async fn the_newest_callback_is_called_and_an_event_does_not_render_the_component() {
    run(async || {
        let script = Script::put([Attempt::playing([
            send(": nothing yet\n\n"),
            Step::Wait,
            price(1),
            Step::Wait,
            price(2),
            price(3),
            Step::Silence,
        ])])
        .await;
        let (hear, mut prices) = Heard::new();
        let (hear_render, mut renders) = Heard::new();
        let props = BellProps {
            source: script.builder(),
            round: 0,
            on_price: Callback::from(hear),
            on_render: Callback::from(hear_render),
        };
        let mut app = Mounted::<Bell>::new(props.clone());
        assert_eq!(renders.take(2).await, ["connecting", "open"]);
        script.release().await;
        assert_eq!(prices.next().await, (0, 1));
        app.update(BellProps { round: 1, ..props });
        flush().await;
        script.release().await;
        assert_eq!(prices.take(2).await, [(1, 2), (1, 3)]);
        flush().await;
        assert_eq!(renders.so_far(), ["open"], "the update alone");
        assert_eq!(script.seen().await.len(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_callback_may_unmount_its_component() {
    run(async || {
        let burst = Step::Repeat {
            times: 100,
            send: "event: price\ndata: {n}\n\n",
        };
        let script = Script::put([Attempt::playing([burst, Step::Silence])]).await;
        let (hear, mut prices) = Heard::new();
        let mounted: Rc<RefCell<Option<AppHandle<Bell>>>> = Rc::default();
        let to_unmount = Rc::clone(&mounted);
        let unmount = move |(_, price)| {
            hear(price);
            if let Some(app) = to_unmount.take() {
                app.destroy();
            }
        };
        let app = Renderer::<Bell>::with_root_and_props(
            element(),
            BellProps {
                source: script.builder(),
                round: 0,
                on_price: Callback::from(unmount),
                on_render: Callback::noop(),
            },
        );
        mounted.replace(Some(app.render()));
        assert_eq!(prices.next().await, 0);
        assert_eq!(script.seen_closed(1).await.len(), 1);
    })
    .await;
}
