//! A component closes its source and opens it again.

use leptos::{prelude::*, task::tick};
use typed_eventsource::{CloseReason, Event, State};
use typed_eventsource_leptos::{UseEventSourceHandle, use_event_source, use_event_source_fold};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Feed, Mounted, mount, number, watch};
use typed_eventsource_test_support::{Attempt, Heard, Left, Observed, Script, run};

/// A component that folds the events of its source.
struct Folding {
    mounted: Mounted,
    feed: UseEventSourceHandle<Vec<Feed>>,
    states: Heard<State>,
    folds: Heard<Vec<Feed>>,
}

fn folding(script: &Script) -> Folding {
    let builder = script.builder();
    let ((hear_state, states), (hear, folds)) = (Heard::new(), Heard::new());
    let handle = StoredValue::new(None);
    let mounted = mount(move || {
        let feed = use_event_source_fold(builder, Vec::new, |all, event: Event<Feed>| {
            all.push(event.data)
        });
        watch(feed.state(), hear_state);
        watch(feed.data(), hear);
        handle.set_value(Some(feed));
    });
    let feed = handle.get_value().expect("a component that was mounted");
    Folding {
        mounted,
        feed,
        states,
        folds,
    }
}

fn is_requested(state: &State) -> bool {
    matches!(state, State::Closed(CloseReason::Requested))
}

#[wasm_bindgen_test]
async fn a_closed_source_can_be_opened_again_and_keeps_its_folded_value() {
    run(async || {
        let observed = Observed::new();
        let attempts = [1, 2].map(|count| Attempt::sending(&number(count)));
        let script = Script::put(attempts).await;
        let Folding {
            mounted: _mounted,
            feed,
            mut states,
            mut folds,
        } = folding(&script);
        assert!(matches!(
            states.take(2).await[..],
            [State::Connecting, State::Open { .. }]
        ));
        while folds.next().await != [Feed::Number(1)] {}
        feed.open();
        feed.close();
        assert_eq!(observed.left(), Left::NOTHING);
        feed.close();
        assert!(is_requested(&states.next().await));
        assert_eq!(
            script.seen_closed(1).await[0].closed_by.as_deref(),
            Some("client")
        );
        feed.open();
        feed.open();
        assert!(matches!(
            states.take(2).await[..],
            [State::Connecting, State::Open { .. }]
        ));
        assert_eq!(folds.next().await, [Feed::Number(1), Feed::Number(2)]);
        assert_eq!(script.seen().await.len(), 2);
        assert_eq!(states.so_far().len(), 0);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_that_is_closed_before_it_opens_can_be_opened_later() {
    run(async || {
        let observed = Observed::new();
        let script = Script::put([Attempt::sending(&number(1))]).await;
        let Folding {
            mounted: _mounted,
            feed,
            mut states,
            ..
        } = folding(&script);
        feed.close();
        assert!(is_requested(&states.next().await));
        tick().await;
        assert_eq!(observed.attempts(), 0);
        feed.open();
        assert!(matches!(
            states.take(2).await[..],
            [State::Connecting, State::Open { .. }]
        ));
        assert_eq!(script.seen().await.len(), 1);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_that_the_server_has_finished_can_be_opened_again() {
    run(async || {
        let script = Script::put([Attempt::sending("event: bye\ndata\n\n")]).await;
        let builder = script.builder().terminal_event("bye");
        let (hear, mut heard) = Heard::new();
        let _mounted = mount(move || {
            let feed = use_event_source::<Feed, _>(builder);
            let is_second = RwSignal::new(false);
            Effect::new(move || {
                let is_finished =
                    matches!(feed.state().get(), State::Closed(CloseReason::Finished));
                if is_finished && !is_second.get_untracked() {
                    is_second.set(true);
                    feed.open();
                } else if is_finished {
                    hear(feed.data().get());
                }
            });
        });
        assert_eq!(heard.next().await, Some(Feed::Bye));
        assert_eq!(script.seen_closed(2).await.len(), 2);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_handle_of_a_component_that_is_gone_does_nothing() {
    run(async || {
        let observed = Observed::new();
        let script = Script::put([Attempt::sending(&number(1))]).await;
        let Folding {
            mounted,
            feed,
            mut states,
            ..
        } = folding(&script);
        assert!(matches!(
            states.take(2).await[..],
            [State::Connecting, State::Open { .. }]
        ));
        drop(mounted);
        feed.open();
        feed.close();
        feed.open();
        tick().await;
        assert_eq!(observed.left(), Left::NOTHING);
        assert_eq!(script.seen_closed(1).await.len(), 1);
        assert!(format!("{feed:?}").starts_with("UseEventSourceHandle"));
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_that_is_paused_connects_when_it_is_resumed_or_reconnected() {
    run(async || {
        let attempts = [1, 2, 3].map(|count| Attempt::sending(&number(count)));
        let script = Script::put(attempts).await;
        let Folding {
            mounted: _mounted,
            feed,
            mut states,
            mut folds,
        } = folding(&script);
        while folds.next().await != [Feed::Number(1)] {}
        feed.pause();
        while states.next().await != State::Paused {}
        assert_eq!(script.seen_closed(1).await.len(), 1);
        feed.resume();
        while folds.next().await != [Feed::Number(1), Feed::Number(2)] {}
        feed.reconnect();
        while folds.next().await != [1, 2, 3].map(Feed::Number) {}
    })
    .await;
}
