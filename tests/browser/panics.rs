//! Callbacks that panic. In wasm that ends what runs, and nothing is cleaned up: the source has to go on none the less.

use std::{cell::Cell, rc::Rc, time::Duration};

use futures::StreamExt;
use serde::Deserialize;
use typed_eventsource::{Backoff, CloseReason, Event, EventSource, Listener, Policy, State};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Heard, Script, Step, Transport, listen, run_with_panics, stream};

/// Events 1 to 3 come over the browser's own source; `fetch` connects anew after a panic, and goes on where it was.
async fn three_events() -> Script {
    Script::put([
        Attempt::sending("retry: 10\nid: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\n"),
        Attempt::sending("id: 2\ndata: 2\n\nid: 3\ndata: 3\n\n"),
    ])
    .await
}

fn panicking(source: &EventSource) -> Listener {
    let listener = source.on("message", |_: Event<u8>| panic!("on purpose"));
    listener.expect("a valid name")
}

#[wasm_bindgen_test]
async fn the_events_behind_it_are_heard_and_the_next_close_ends_all() {
    run_with_panics(async || {
        let script = three_events().await;
        let source = script.open();
        let _panics = panicking(&source);
        let _problems = source.on_error(|_| {});
        let mut heard = listen::<u8>(&source, "message");
        let stream = stream::<u8>(&source, "message");
        assert_eq!(heard.take(2).await, [2, 3]);
        if Transport::selected().is_fetch() {
            let seen = script.seen_attempts(2).await;
            assert_eq!(seen[1].header("last-event-id"), "1");
        }
        source.close();
        assert!(heard.rest().await.is_empty());
        assert_eq!(
            stream
                .filter(|item| futures::future::ready(item.is_ok()))
                .count()
                .await,
            2
        );
        assert!(matches!(source.closed().await, CloseReason::Requested));
    })
    .await;
}

#[wasm_bindgen_test]
async fn many_events_behind_it_leave_nothing_waiting() {
    run_with_panics(async || {
        let flood = Attempt::playing([
            Step::Repeat {
                times: 3000,
                send: "id: {n}\ndata: 1\n\n",
            },
            Step::Silence,
        ]);
        let script = Script::put([(); 4].map(|()| flood.clone())).await;
        let source =
            script.open_with(Policy::browser().reconnection_time(Duration::from_millis(10)));
        let _problems = source.on_error(|_| {});
        let _panics = [(); 3].map(|()| panicking(&source));
        let mut heard = listen::<u8>(&source, "message");
        assert_eq!(heard.take(2000).await.len(), 2000);
        source.close();
        heard.rest().await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn closing_and_then_panicking_closes() {
    run_with_panics(async || {
        let source = three_events().await.open();
        let handle = source.clone();
        let _panics = source.on("message", move |_: Event<u8>| {
            handle.close();
            panic!("on purpose");
        });
        let (hear, mut states) = Heard::new();
        let _states = source.on_state(hear);
        let stream = stream::<u8>(&source, "message");
        assert!(matches!(source.closed().await, CloseReason::Requested));
        assert_eq!(stream.count().await, 0);
        assert!(matches!(states.rest().await.last(), Some(State::Closed(_))));
    })
    .await;
}

#[wasm_bindgen_test]
async fn callbacks_for_states_errors_and_the_end_may_panic() {
    run_with_panics(async || {
        let script = Script::put([
            Attempt::ending("retry: 10\nid: 1\ndata: 1\n\n"),
            Attempt::ending("retry: 10\nid: 2\ndata: 2\n\n"),
            Attempt::sending("id: 3\ndata: 3\n\nevent: bye\ndata\n\n"),
            Attempt::sending("id: 3\ndata: 3\n\nevent: bye\ndata\n\n"),
        ])
        .await;
        let source = script
            .builder()
            .terminal_event("bye")
            .open()
            .expect("a valid URL");
        let _open = source.on_state(|state| assert!(!matches!(state, State::Open), "on purpose"));
        let _error = source.on_error(|_| panic!("on purpose"));
        let _waiting =
            source.on_state(|state| assert!(!matches!(state, State::Waiting { .. }), "on purpose"));
        let _closed = source.on_state(|state| assert!(!state.is_closed(), "on purpose"));
        let (hear, mut states) = Heard::new();
        let _states = source.on_state(hear);
        let mut heard = listen::<u8>(&source, "message");
        let _problems = source.on_error(|_| {});
        assert!(matches!(source.closed().await, CloseReason::Finished));
        assert_eq!(heard.rest().await.last(), Some(&3));
        assert!(matches!(
            states.rest().await.last(),
            Some(State::Closed(CloseReason::Finished))
        ));
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_rule_that_panics_leaves_it_at_what_was_proposed() {
    run_with_panics(async || {
        let script = Script::put([Attempt::answering(503), Attempt::sending("data: 1\n\n")]).await;
        let backoff = Backoff::new().initial(Duration::from_millis(10));
        let policy = Policy::resilient()
            .backoff(backoff)
            .rule(|_| panic!("on purpose"));
        let source = script.open_with(policy);
        let _problems = source.on_error(|_| {});
        let mut heard = listen::<u8>(&source, "message");
        assert_eq!(heard.next().await, 1);
        source.close();
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_enum_that_was_panicked_at_leaves_nothing_locked() {
    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Feed {
        A,
        B,
    }

    run_with_panics(async || {
        let script = Script::put([
            Attempt::sending("retry: 10\nid: 1\nevent: a\ndata\n\nid: 2\nevent: b\ndata: 2\n\n"),
            Attempt::sending("id: 2\nevent: b\ndata: 2\n\n"),
        ])
        .await;
        let source = script.open();
        let _problems = source.on_error(|_| {});
        let told = Rc::new(Cell::new(0));
        let count = Rc::clone(&told);
        let _panics = source.on_events(move |event: Event<Feed>| {
            count.set(count.get() + 1);
            assert!(matches!(event.data, Feed::B), "on purpose");
        });
        let mut heard = listen::<u8>(&source, "b");
        assert_eq!(heard.next().await, 2);
        assert_eq!(told.get(), 1);
        source.close();
    })
    .await;
}
