//! What a callback may do while the browser calls it. `src/source/tests/reentry` tests what listeners hear then.

use std::{cell::RefCell, rc::Rc};

use typed_eventsource::{CloseReason, Event, EventSource, Listener, Text};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{MessageEvent, MessageEventInit};

use super::support::{
    Attempt, Heard, Left, Observed, Script, Transport, journal, listen, run, run_over,
};

/// Listens to events of this name. The listener drops itself at the first.
fn hear_one(source: &EventSource, name: &str) -> Heard<u8> {
    let kept_listener = Rc::new(RefCell::new(None::<Listener>));
    let (hear, heard) = Heard::new();
    let own_listener = Rc::clone(&kept_listener);
    let listener = source.on(name, move |event: Event<u8>| {
        drop(own_listener.take());
        hear(event.data);
    });
    kept_listener.replace(listener.ok());
    heard
}

#[wasm_bindgen_test]
async fn a_callback_may_drop_the_last_listener_of_its_name() {
    run_over(Transport::Browser, async || {
        let observed = Observed::new();
        let text = "event: a\ndata: 1\n\nevent: a\ndata: 2\n\ndata: 3\n\n";
        let source = Script::put([Attempt::sending(text)]).await.open();
        let mut done = listen::<u8>(&source, "message");
        let with_one_name = observed.left().listeners;
        let mut once = hear_one(&source, "a");
        assert_eq!(observed.left().listeners, with_one_name + 1);
        assert_eq!(done.next().await, 3);
        assert_eq!(once.rest().await, [1]);
        assert_eq!(observed.left().listeners, with_one_name);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_callback_may_drop_everything_that_holds_the_source() {
    run(async || {
        let observed = Observed::new();
        let script = Script::put([Attempt::sending("data: 1\n\ndata: 2\n\n")]).await;
        let source = script.open();
        let closed = source.closed();
        let mut once = hear_one(&source, "message");
        drop(source);
        assert!(matches!(closed.await, CloseReason::Dropped));
        assert_eq!(once.rest().await, [1]);
        assert_eq!(observed.left(), Left::NOTHING);
        script.seen_closed(1).await;
    })
    .await;
}

#[wasm_bindgen_test]
async fn events_that_a_callback_dispatches_wait_until_all_callbacks_of_its_event_have_returned() {
    run_over(Transport::Browser, async || {
        let script = Script::put([Attempt::sending("data: 1\n\n")]).await;
        let source = script.open();
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
        let lost = format!("error: the connection to {} was lost", script.url());
        let expected = [
            "open",
            "message: 1",
            &lost,
            "waiting for attempt 1",
            "b: inner",
        ];
        assert_eq!(journal.take(5).await, expected);
        source.close();
    })
    .await;
}
