//! A source is open as long as a handle, a listener or a stream holds it, and leaves nothing behind.

use std::{rc::Rc, time::Duration};

use futures::StreamExt;
use typed_eventsource::{CloseReason, Event, LimitAction, Policy, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{
    Attempt, Left, Observed, Script, Step, Transport, listen, next_data, run, run_over, send,
    stream,
};

/// Sends `1`, and `2` once the script is released.
async fn two_events() -> Script {
    let steps = [
        send("data: 1\n\n"),
        Step::Wait,
        send("data: 2\n\n"),
        Step::Silence,
    ];
    Script::put([Attempt::playing(steps)]).await
}

#[wasm_bindgen_test]
async fn a_listener_keeps_the_source_open_without_a_handle() {
    run(async || {
        let observed = Observed::new();
        let script = two_events().await;
        let source = script.open();
        let closed = source.closed();
        let mut heard = listen::<u8>(&source, "message");
        drop(source);
        assert_eq!(heard.next().await, 1);
        script.release().await;
        assert_eq!(heard.next().await, 2);
        assert_eq!(observed.left().connections, 1);
        drop(heard);
        assert!(matches!(closed.await, CloseReason::Dropped));
        assert_eq!(observed.left(), Left::NOTHING);
        script.assert_client_left().await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn all_listeners_of_a_name_share_one_dom_listener() {
    run_over(Transport::Browser, async || {
        let observed = Observed::new();
        let source = two_events().await.open();
        let without_names = observed.left().listeners;
        let first = listen::<u8>(&source, "a");
        let others = (listen::<Text>(&source, "a"), stream::<u8>(&source, "a"));
        assert_eq!(observed.left().listeners, without_names + 1);
        let another_name = listen::<u8>(&source, "b");
        assert_eq!(observed.left().listeners, without_names + 2);
        drop((first, another_name));
        assert_eq!(observed.left().listeners, without_names + 1);
        drop(others);
        assert_eq!(observed.left().listeners, without_names);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_closed_source_leaves_nothing_behind_even_if_handles_listeners_and_streams_are_held() {
    run(async || {
        let observed = Observed::new();
        let script = two_events().await;
        let limit = Duration::from_secs(60);
        let policy = Policy::resilient().on_idle(limit, LimitAction::Close);
        let source = script.open_with(policy);
        let captured = Rc::new(());
        let (event, error, state) = (captured.clone(), captured.clone(), captured.clone());
        let _listeners = (
            source.on("message", move |_: Event<u8>| drop(event.clone())),
            source.on_error(move |_| drop(error.clone())),
            source.on_state(move |_| drop(state.clone())),
        );
        let mut numbers = stream::<u8>(&source, "message");
        assert_eq!(next_data(&mut numbers).await, 1);
        let mut at_work = Left::of_open_source();
        at_work.timers = 1;
        if !Transport::selected().is_fetch() {
            at_work.listeners += 1;
        }
        assert_eq!(observed.left(), at_work);
        assert_eq!(Rc::strong_count(&captured), 4);
        source.close();
        assert_eq!(observed.left(), Left::NOTHING);
        assert_eq!(Rc::strong_count(&captured), 1);
        assert!(numbers.next().await.is_none());
        script.assert_client_left().await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_that_is_dropped_before_it_opens_ends_its_attempt() {
    run(async || {
        let observed = Observed::new();
        let script = Script::put([Attempt::hanging()]).await;
        let source = script.open_with(Policy::resilient());
        script.seen_attempts(1).await;
        let connecting = Left {
            timers: 1,
            ..Left::of_open_source()
        };
        assert_eq!(observed.left(), connecting);
        drop(source);
        assert_eq!(observed.left(), Left::NOTHING);
        script.assert_client_left().await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_sets_no_timer_that_its_policy_does_not_need() {
    run(async || {
        let observed = Observed::new();
        let policy = Policy::browser().on_slow_open(Duration::from_secs(30), LimitAction::Close);
        let source = two_events().await.open_with(policy);
        assert_eq!(
            observed.left().timers,
            1,
            "the timer of the limit on opening"
        );
        listen::<u8>(&source, "message").next().await;
        assert_eq!(observed.left().timers, 0);
    })
    .await;
}
