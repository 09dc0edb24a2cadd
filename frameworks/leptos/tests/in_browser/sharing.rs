//! Components share a connection, unless they do not want to.

use leptos::prelude::*;
use typed_eventsource::{CloseReason, EventSourceBuilder, State};
use typed_eventsource_leptos::{UseEventSourceHandle, use_event_source};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Feed, Mounted, mount, number, watch};
use typed_eventsource_test_support::{Attempt, Heard, Left, Observed, Script, Step, run, send};

struct Component {
    mounted: Mounted,
    feed: UseEventSourceHandle<Option<Feed>>,
    data: Heard<Option<Feed>>,
}

fn component(builder: EventSourceBuilder) -> Component {
    let (hear, data) = Heard::new();
    let handle = StoredValue::new(None);
    let mounted = mount(move || {
        let feed = use_event_source(builder);
        watch(feed.data(), hear);
        handle.set_value(Some(feed));
    });
    let feed = handle.get_value().expect("a component that was mounted");
    Component {
        mounted,
        feed,
        data,
    }
}

/// Sends 1, 2, … one by one.
async fn one_by_one() -> Script {
    let steps = (1..=3).flat_map(|count| [Step::Wait, send(&number(count))]);
    let steps: Vec<_> = steps.chain([Step::Silence]).collect();
    Script::put([Attempt::playing(steps)]).await
}

#[wasm_bindgen_test]
async fn two_components_share_one_connection_until_the_last_of_them_goes() {
    run(async || {
        let observed = Observed::new();
        let script = one_by_one().await;
        let mut components = [component(script.builder()), component(script.builder())];
        for Component { data, .. } in &mut components {
            assert_eq!(data.next().await, None);
        }
        script.release().await;
        for Component { data, .. } in &mut components {
            assert_eq!(data.next().await, Some(Feed::Number(1)));
        }
        let [first, mut second] = components;
        drop(first.mounted);
        script.release().await;
        assert_eq!(second.data.next().await, Some(Feed::Number(2)));
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

#[wasm_bindgen_test]
async fn one_that_closes_lets_the_others_go_on() {
    run(async || {
        let script = one_by_one().await;
        let (closing, mut other) = (component(script.builder()), component(script.builder()));
        assert_eq!(other.data.next().await, None);
        script.release().await;
        assert_eq!(other.data.next().await, Some(Feed::Number(1)));
        closing.feed.close();
        let state = closing.feed.state().get_untracked();
        assert!(
            matches!(state, State::Closed(CloseReason::Requested)),
            "{state}"
        );
        script.release().await;
        assert_eq!(other.data.next().await, Some(Feed::Number(2)));
        assert_eq!(closing.feed.data().get_untracked(), Some(Feed::Number(1)));
        closing.feed.open();
        let state = closing.feed.state().get_untracked();
        assert!(
            matches!(state, State::Open),
            "it joins what is open: {state}"
        );
        script.release().await;
        assert_eq!(other.data.next().await, Some(Feed::Number(3)));
        assert_eq!(closing.feed.data().get_untracked(), Some(Feed::Number(3)));
        assert_eq!(script.seen().await.len(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn those_that_do_not_share_have_a_connection_each() {
    run(async || {
        let observed = Observed::new();
        let script = Script::put([Attempt::sending(&number(1))]).await;
        let alone = || component(script.builder().shared(false));
        let mut components = [alone(), alone()];
        for Component { data, .. } in &mut components {
            assert_eq!(data.take(2).await, [None, Some(Feed::Number(1))]);
        }
        assert_eq!((observed.attempts(), script.seen().await.len()), (2, 2));
        drop(components);
        assert_eq!(script.seen_closed(2).await.len(), 2);
    })
    .await;
}
