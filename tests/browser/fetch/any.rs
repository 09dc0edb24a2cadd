//! Events of any name.

use std::{cell::RefCell, rc::Rc};

use gloo_timers::future::TimeoutFuture;
use typed_eventsource::{Event, Fetch, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Console, Script, listen},
    open, run,
};

#[wasm_bindgen_test]
async fn every_event_is_delivered_beside_the_listeners_of_its_name() {
    run(async || {
        let text = ": hi\n\nid: 1\nevent: a\ndata: 1\n\nevent: é\ndata: 2\n\ndata: 3\n\nevent: a\ndata: 4\n\n\
                    event: end\ndata: 5\n\n";
        let script = Script::put([Attempt::sending(text)]).await;
        let source = open(&script, Fetch::new());
        let lines = Rc::new(RefCell::new(Vec::new()));
        let heard_lines = Rc::clone(&lines);
        let any = source.on_any(move |event: Event<Text>| {
            let line = format!("{} {} {}", event.name(), event.data, event.last_event_id());
            heard_lines.borrow_mut().push(line);
        });
        let mut ends = listen::<Text>(&source, "end");
        ends.next().await;
        drop(any);
        assert_eq!(*lines.borrow(), ["a 1 1", "é 2 1", "message 3 1", "a 4 1", "end 5 1"]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_console_has_one_hint_at_the_first_event_that_nobody_listens_to() {
    run(async || {
        let console = Console::new();
        let text = "event: Price\ndata: 1\n\nevent: price\ndata: 2\n\nevent: halt\ndata: 3\n\nevent: Price\ndata: 4\n\n";
        let script = Script::put([Attempt::sending(text)]).await;
        let source = open(&script, Fetch::new());
        let mut prices = listen::<Text>(&source, "Price");
        assert_eq!([prices.next().await.0, prices.next().await.0], ["1", "4"]);
        let hint = format!(
            r#"typed-eventsource: nobody listens to events called "price" of {} (listened to: ["Price"])"#,
            script.url()
        );
        assert_eq!(console.hints(), [hint]);
        assert!(console.errors().is_empty());
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_console_has_one_hint_at_a_terminal_event_without_data() {
    run(async || {
        let console = Console::new();
        let text = "event: ping\n\nevent: done\n\nevent: done\n\n";
        let script = Script::put([Attempt::sending(text)]).await;
        let source = script.builder().fetch(Fetch::new()).terminal_event("done");
        let source = source.open().expect("a valid request");
        while console.hints().is_empty() {
            TimeoutFuture::new(10).await;
        }
        drop(source);
        let [hint] = &console.hints()[..] else {
            panic!("one hint, and not {:?}", console.hints());
        };
        assert!(hint.contains(r#"sent "done" without data"#), "{hint}");
    })
    .await;
}
