//! A component asks for another URL or other options.

use typed_eventsource::{EventSourceBuilder, Fetch, Policy, Text, testing::FakeServer};
use typed_eventsource_yew::{
    UseEventSourceHandle, use_event, use_event_source, use_event_source_fold,
};
use wasm_bindgen_test::wasm_bindgen_test;
use yew::{prelude::*, scheduler::flush};

use crate::stage::{
    Feed, Mounted, Ticker, TickerProps, price, shown_text, ticker, until, until_price,
};
use typed_eventsource_test_support::{Attempt, Heard, Script, Step, run};

#[wasm_bindgen_test]
async fn another_url_closes_the_old_source_and_shows_nothing_of_it() {
    run(async || {
        // The first server sends without end while the component changes to the second.
        let flood = Step::Repeat {
            times: 20_000,
            send: "event: halt\ndata: \"old\"\n\n",
        };
        let steps = [price(1), Step::Wait, flood, Step::Silence];
        let old = Script::put([Attempt::playing(steps)]).await;
        let new = Script::put([Attempt::playing([
            price(2),
            Step::Wait,
            price(3),
            Step::Silence,
        ])])
        .await;
        let (props, mut renders) = ticker(old.builder());
        let mut app = Mounted::<Ticker>::new(props.clone());
        until_price(&mut renders, 1).await;
        old.release().await;
        app.update(TickerProps {
            source: new.builder(),
            ..props
        });
        flush().await;
        let shown = renders.so_far();
        let shown = shown.last().expect("it has rendered");
        assert_eq!(
            shown_text(shown),
            "connecting, None",
            "nothing of the old one is left"
        );
        let shows_new_price = |shown: &crate::stage::TickerHandle| match shown.data() {
            Some(Feed::Halt(_)) => panic!("an event of the old source"),
            data => *data == Some(Feed::Price(2)),
        };
        until(&mut renders, shows_new_price).await;
        assert_eq!(old.seen_closed(1).await.len(), 1);
        new.release().await;
        let shown = renders.next().await;
        assert_eq!(shown_text(&shown), "open, Some(Price(3))");
        assert_eq!(new.seen().await.len(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn other_options_open_the_source_again_and_equal_ones_do_not() {
    run(async || {
        let script = Script::put([
            Attempt::playing([price(1), Step::Silence]),
            Attempt::playing([price(2), Step::Silence]),
        ])
        .await;
        let (props, mut renders) = ticker(script.builder());
        let with = |policy: Policy| TickerProps {
            source: script.builder().policy(policy),
            ..props.clone()
        };
        let mut app = Mounted::<Ticker>::new(with(Policy::browser()));
        until_price(&mut renders, 1).await;
        app.update(with(Policy::browser()));
        flush().await;
        assert!(renders.so_far().is_empty(), "the properties are equal");
        app.update(with(Policy::resilient()));
        until_price(&mut renders, 2).await;
        let seen = script.seen_closed(1).await;
        assert_eq!(seen.len(), 2);
    })
    .await;
}

#[derive(Clone, PartialEq, Properties)]
struct SumProps {
    source: EventSourceBuilder,
    on_render: Callback<u32>,
}

/// Adds the prices to a hundred.
#[component]
fn Sum(props: &SumProps) -> Html {
    let sum = use_event_source_fold(
        props.source.clone(),
        || 100,
        |sum, event| {
            if let Feed::Price(price) = event.data {
                *sum += price;
            }
        },
    );
    props.on_render.emit(*sum.data());
    html! {}
}

#[wasm_bindgen_test]
async fn a_fold_starts_again_with_another_url() {
    run(async || {
        let script = |prices: [u32; 2]| {
            let [first, second] = prices.map(price);
            Script::put([Attempt::playing([first, second, Step::Silence])])
        };
        let (old, new) = (script([1, 2]).await, script([10, 20]).await);
        let (hear, mut sums) = Heard::new();
        let props = SumProps {
            source: old.builder(),
            on_render: Callback::from(hear),
        };
        let mut app = Mounted::<Sum>::new(props.clone());
        while sums.next().await != 103 {}
        app.update(SumProps {
            source: new.builder(),
            ..props
        });
        assert_eq!(sums.next().await, 100);
        while sums.next().await != 130 {}
    })
    .await;
}

/// Makes its builder at each render, with new closures.
#[component]
fn WithClosures(props: &TickerProps) -> Html {
    let policy = Policy::resilient().rule(|context| context.proposed);
    let headers = Fetch::new().fresh_headers(|| async { Ok(Vec::new()) });
    let feed = use_event_source::<Feed>(props.source.clone().policy(policy).fetch(headers));
    props.on_render.emit(feed);
    html! {}
}

#[wasm_bindgen_test]
async fn a_component_that_makes_closures_at_each_render_opens_one_connection() {
    run(async || {
        let steps = [price(1), Step::Wait, price(2), Step::Silence];
        let script = Script::put([Attempt::playing(steps)]).await;
        let (props, mut renders) = ticker(script.builder());
        let mut app = Mounted::<WithClosures>::new(props.clone());
        until_price(&mut renders, 1).await;
        for round in 1..5 {
            app.update(TickerProps {
                round,
                ..props.clone()
            });
            flush().await;
        }
        script.release().await;
        until_price(&mut renders, 2).await;
        assert_eq!(script.seen().await.len(), 1);
    })
    .await;
}

#[derive(Clone, PartialEq, Properties)]
struct LineProps {
    name: &'static str,
    on_render: Callback<UseEventSourceHandle<Option<Text>>>,
}

#[component]
fn Line(props: &LineProps) -> Html {
    props.on_render.emit(use_event("/log", props.name));
    html! {}
}

#[wasm_bindgen_test]
async fn an_event_of_one_name_can_be_any_payload_and_another_name_shows_nothing_of_the_last() {
    let server = FakeServer::new();
    let (hear, mut renders) = Heard::new();
    let props = LineProps {
        name: "line",
        on_render: Callback::from(hear),
    };
    let mut app = Mounted::<Line>::new(props.clone());
    flush().await;
    server.send_text("line", "no {json");
    flush().await;
    let line = Text("no {json".into());
    assert_eq!(
        renders.so_far().last().unwrap().data().as_ref(),
        Some(&line)
    );
    app.update(LineProps {
        name: "row",
        ..props
    });
    flush().await;
    assert_eq!(renders.so_far().last().unwrap().data(), &None);
    server.send_text("line", "of the last name");
    server.send_text("row", "1");
    flush().await;
    let row = Text("1".into());
    assert_eq!(renders.so_far().last().unwrap().data().as_ref(), Some(&row));
    assert_eq!(server.connections(), 1);
}
