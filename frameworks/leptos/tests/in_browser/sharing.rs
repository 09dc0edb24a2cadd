//! Components share a connection. How components join and leave it is tested in `typed-eventsource-hooks`.

use typed_eventsource::{EventSourceBuilder, State};
use typed_eventsource_leptos::use_event_source;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Feed, Mounted, mount, number, watch};
use typed_eventsource_test_support::{Attempt, Heard, Left, Observed, Script, Step, run, send};

struct Component {
    mounted: Mounted,
    data: Heard<Option<Feed>>,
    states: Heard<State>,
}

fn component(builder: EventSourceBuilder) -> Component {
    let ((hear, data), (hear_state, states)) = (Heard::new(), Heard::new());
    let mounted = mount(move || {
        let feed = use_event_source::<Feed, _>(builder);
        watch(feed.data(), hear);
        watch(feed.state(), hear_state);
    });
    Component {
        mounted,
        data,
        states,
    }
}

/// A script that sends 1, 2 and 3, each when it is released.
async fn one_by_one() -> Script {
    let steps = (1..=3).flat_map(|count| [Step::Wait, send(&number(count))]);
    let steps: Vec<_> = steps.chain([Step::Silence]).collect();
    Script::put([Attempt::playing(steps)]).await
}

#[wasm_bindgen_test]
async fn two_components_share_one_connection_until_both_are_gone() {
    run(async || {
        let observed = Observed::new();
        let script = one_by_one().await;
        let mut first = component(script.builder());
        assert_eq!(first.data.next().await, None);
        script.release().await;
        assert_eq!(first.data.next().await, Some(Feed::Number(1)));
        let mut second = component(script.builder());
        while !matches!(second.states.next().await, State::Open { .. }) {}
        script.release().await;
        assert_eq!(first.data.next().await, Some(Feed::Number(2)));
        assert_eq!(second.data.take(2).await, [None, Some(Feed::Number(2))]);
        drop(first.mounted);
        script.release().await;
        assert_eq!(second.data.next().await, Some(Feed::Number(3)));
        assert_eq!((observed.attempts(), script.seen().await.len()), (1, 1));
        drop(second.mounted);
        assert_eq!(observed.left(), Left::NOTHING);
        assert_eq!(
            script.seen_closed(1).await[0].closed_by.as_deref(),
            Some("client")
        );
    })
    .await;
}
