//! A callback may do anything.

use std::{cell::RefCell, rc::Rc};

use futures::StreamExt;
use typed_eventsource::{CloseReason, Event, EventSource, EventStream, Listener, Policy, Text};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{MessageEvent, MessageEventInit};

use super::support::{
    Attempt, Heard, Left, Observed, Script, Transport, journal, listen, next_data, run, run_over,
    stream,
};

/// A place for what a callback is going to drop.
type Place<T> = Rc<RefCell<Option<T>>>;

fn place<T>() -> (Place<T>, Place<T>) {
    let place = Rc::new(RefCell::new(None));
    (Rc::clone(&place), place)
}

async fn source_of(text: &str) -> EventSource {
    Script::put([Attempt::sending(text)]).await.open()
}

#[wasm_bindgen_test]
async fn it_may_drop_its_own_listener() {
    run(async || {
        let source = source_of("data: 1\n\ndata: 2\n\ndata: 3\n\n").await;
        let (own, place) = place::<Listener>();
        let (hear, mut once) = Heard::new();
        let listener = source.on("message", move |event: Event<u8>| {
            drop(own.take());
            hear(event.data);
        });
        *place.borrow_mut() = listener.ok();
        let mut always = listen::<u8>(&source, "message");
        assert_eq!(once.rest().await, [1], "the callback is gone");
        assert_eq!(always.take(3).await, [1, 2, 3]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn it_may_drop_the_last_listener_of_its_name() {
    run_over(Transport::Browser, async || {
        let observed = Observed::new();
        let source = source_of("event: a\ndata: 1\n\nevent: a\ndata: 2\n\ndata: 3\n\n").await;
        let mut done = listen::<u8>(&source, "message");
        let with_one_name = observed.left().listeners;
        let (own, place) = place::<Listener>();
        let (hear, mut once) = Heard::new();
        let listener = source.on("a", move |event: Event<u8>| {
            drop(own.take());
            hear(event.data);
        });
        *place.borrow_mut() = listener.ok();
        assert_eq!(observed.left().listeners, with_one_name + 1);
        assert_eq!(done.next().await, 3);
        assert_eq!(once.rest().await, [1]);
        assert_eq!(observed.left().listeners, with_one_name);
    })
    .await;
}

#[wasm_bindgen_test]
async fn it_may_drop_another_listener_which_then_does_not_hear_even_this_event() {
    run(async || {
        let source = source_of("data: 1\n\ndata: 2\n\n").await;
        let (other, place) = place::<Listener>();
        let mut before = listen::<u8>(&source, "message");
        let _dropping = source.on("message", move |_: Event<u8>| drop(other.take()));
        let (hear, mut dropped) = Heard::new();
        let listener = source.on("message", move |event: Event<u8>| hear(event.data));
        *place.borrow_mut() = listener.ok();
        let mut after = listen::<u8>(&source, "message");
        assert_eq!(after.take(2).await, [1, 2]);
        assert_eq!(before.take(2).await, [1, 2]);
        assert!(dropped.rest().await.is_empty());
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_listener_that_it_adds_first_hears_the_next_event() {
    run(async || {
        let source = source_of("data: 1\n\ndata: 2\n\ndata: 3\n\n").await;
        let (hear, mut added) = Heard::new();
        let (handle, mut listeners) = (source.clone(), Vec::new());
        let _adding = source.on("message", move |event: Event<u8>| {
            let (hear, number) = (hear.clone(), event.data);
            listeners.push(handle.on("message", move |event: Event<u8>| {
                hear((number, event.data))
            }));
        });
        assert_eq!(added.take(3).await, [(1, 2), (1, 3), (2, 3)]);
        source.close();
        assert_eq!(added.rest().await, []);
    })
    .await;
}

#[wasm_bindgen_test]
async fn it_may_add_a_listener_for_a_name_that_nobody_listened_to() {
    run(async || {
        let source = source_of("data: 1\n\nevent: b\ndata: 2\n\n").await;
        let (hear, mut added) = Heard::new();
        let (handle, mut listeners) = (source.clone(), Vec::new());
        let _adding = source.on("message", move |_: Event<u8>| {
            let hear = hear.clone();
            listeners.push(handle.on("b", move |event: Event<u8>| hear(event.data)));
        });
        assert_eq!(added.next().await, 2);
        source.close();
    })
    .await;
}

#[wasm_bindgen_test]
async fn it_may_make_a_stream_and_drop_one() {
    run(async || {
        let source = source_of("data: 1\n\ndata: 2\n\n").await;
        let (other, place) = place::<EventStream<u8>>();
        let (hear, mut made) = Heard::new();
        let handle = source.clone();
        let _listener = source.on("message", move |_: Event<u8>| {
            drop(other.take());
            hear(stream::<u8>(&handle, "message"));
        });
        *place.borrow_mut() = Some(stream(&source, "message"));
        let mut first = made.next().await;
        assert_eq!(next_data(&mut first).await, 2);
        source.close();
        assert!(first.next().await.is_none());
        assert!(made.next().await.next().await.is_none());
    })
    .await;
}

#[wasm_bindgen_test]
async fn it_may_open_another_source() {
    run(async || {
        let second = Script::put([Attempt::sending("data: 2\n\n")]).await;
        let source = source_of("data: 1\n\n").await;
        let (hear, mut opened) = Heard::new();
        let _listener = source.on("message", move |_: Event<u8>| {
            let source = second.open();
            hear(listen::<u8>(&source, "message"));
        });
        assert_eq!(opened.next().await.next().await, 2);
    })
    .await;
}

#[wasm_bindgen_test]
async fn it_may_close_the_source_in_an_error() {
    run(async || {
        let script = Script::put([Attempt::ending("retry: 10\n\n")]).await;
        let source = script.open_with(Policy::browser());
        let handle = source.clone();
        let _listener = source.on_error(move |_| handle.close());
        let mut journal = journal(&source, &[]);
        let reason = source.closed().await;
        assert!(matches!(reason, CloseReason::Requested), "{reason:?}");
        assert_eq!(journal.rest().await, ["open", "closed by the application"]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn it_may_close_the_source_in_a_change_of_state() {
    run(async || {
        let source = source_of("data: 1\n\n").await;
        let handle = source.clone();
        let _listener = source.on_state(move |_| handle.close());
        let mut messages = listen::<u8>(&source, "message");
        let mut journal = journal(&source, &[]);
        let reason = source.closed().await;
        assert!(matches!(reason, CloseReason::Requested), "{reason:?}");
        assert!(messages.rest().await.is_empty());
        let heard = journal.rest().await;
        assert_eq!(
            heard.last().map(String::as_str),
            Some("closed by the application")
        );
    })
    .await;
}

#[wasm_bindgen_test]
async fn it_may_drop_all_that_holds_the_source() {
    run(async || {
        let observed = Observed::new();
        let script = Script::put([Attempt::sending("data: 1\n\ndata: 2\n\n")]).await;
        let source = script.open();
        let closed = source.closed();
        let (own, place) = place::<Listener>();
        let (hear, mut heard) = Heard::new();
        let listener = source.on("message", move |event: Event<u8>| {
            drop(own.take());
            hear(event.data);
        });
        *place.borrow_mut() = listener.ok();
        drop(source);
        assert!(matches!(closed.await, CloseReason::Dropped));
        assert_eq!(heard.rest().await, [1]);
        assert_eq!(observed.left(), Left::NOTHING);
        script.seen_closed(1).await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn what_happens_while_it_runs_waits_until_it_and_those_after_it_have_returned() {
    run_over(Transport::Browser, async || {
        let source = source_of("data: 1\n\n").await;
        let handle = source.clone();
        let _dispatching = source.on("message", move |_: Event<Text>| {
            let init = MessageEventInit::new();
            init.set_data(&"inner".into());
            let inner = MessageEvent::new_with_event_init_dict("b", &init).expect("an event");
            let error = web_sys::Event::new("error").expect("an event");
            let raw = handle.as_raw().expect("the browser's source");
            for event in [&error, &inner] {
                raw.dispatch_event(event).expect("it is dispatched");
            }
        });
        let mut journal = journal(&source, &["message", "b"]);
        let heard = journal.take(5).await;
        assert_eq!(heard[..2], ["open", "message: 1"]);
        assert!(
            heard[2].starts_with("error: the connection to"),
            "{heard:?}"
        );
        assert_eq!(heard[3..], ["waiting for attempt 1", "b: inner"]);
        source.close();
    })
    .await;
}
