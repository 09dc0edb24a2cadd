//! A close, a failure or a dropped listener in the middle of a chunk takes effect at once.

use std::{cell::RefCell, rc::Rc, time::Duration};

use typed_eventsource::{Decision, Error, Event, EventSource, Fetch, Listener, Policy, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{Attempt, Left, Observed, Script, journal, listen},
    run,
};

/// Asserts that a source hears only the first event of a chunk if `close`, which is called at that event, closes it.
async fn assert_hears_only_the_first_event(close: impl Fn(&EventSource) + 'static) {
    let observed = Observed::new();
    let text = "data: 1\n\ndata: 2\n\ndata: x\n\nevent: other\ndata: 4\n\nretry: 1\n\n";
    let script = Script::put([Attempt::sending(text)]).await;
    let source = script.open();
    let mut journal = journal(&source, &["message", "other"]);
    let handle = source.clone();
    let _closing = source.on("message", move |_: Event<u8>| close(&handle));
    assert_eq!(
        journal.rest().await,
        ["open", "message: 1", "closed by the application"]
    );
    assert_eq!(observed.left(), Left::NOTHING);
    script.assert_client_left().await;
}

#[wasm_bindgen_test]
async fn no_event_of_the_chunk_is_heard_after_a_close() {
    run(async || assert_hears_only_the_first_event(EventSource::close).await).await;
}

#[wasm_bindgen_test]
async fn no_event_of_the_chunk_is_heard_after_a_decode_error_that_closes_the_source() {
    run(async || {
        let text = "id: 1\ndata: 1\n\nid: 2\ndata: x\n\nid: 3\ndata: 3\n\n";
        let script = Script::put([Attempt::sending(text)]).await;
        let source = script.open_with(Policy::close_on_error());
        let mut numbers = listen::<u8>(&source, "message");
        let mut texts = listen::<Text>(&source, "message");
        let reason = source.closed().await;
        assert!(matches!(reason.error(), Some(Error::Decode(_))));
        assert_eq!(numbers.rest().await, [1]);
        assert_eq!(texts.rest().await, ["1", "x"].map(|text| Text(text.into())));
        assert_eq!(source.last_event_id(), "2");
        script.seen_closed(1).await;
    })
    .await;
}

/// A policy that reopens at a decode error, and at an event that is too large.
fn reopening() -> Policy {
    Policy::browser().rule(|context| match context.error {
        Error::Decode(_) | Error::EventTooLarge { .. } => Decision::Reopen {
            after: Duration::from_millis(10),
        },
        _ => context.proposed,
    })
}

#[wasm_bindgen_test]
async fn the_connection_that_a_rule_reopens_in_a_chunk_continues_after_the_last_event() {
    run(async || {
        let text = "id: 1\ndata: 1\n\nid: 2\ndata: x\n\nid: 3\ndata: 3\n\n";
        let script = Script::put([Attempt::sending(text), Attempt::sending("data: 4\n\n")]).await;
        let source = script.open_with(reopening());
        let mut numbers = listen::<u8>(&source, "message");
        assert_eq!(numbers.take(2).await, [1, 4]);
        let seen = script.seen_closed(1).await;
        assert_eq!(seen[0].closed_by.as_deref(), Some("client"));
        assert_eq!(seen[1].header("last-event-id"), "2");
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_event_that_nobody_listens_to_changes_the_last_event_id_before_an_event_that_is_too_large()
 {
    run(async || {
        let text = "id: 1\ndata: 1\n\nid: 2\nevent: other\ndata: 2\n\n\
                    data: more than 32 bytes, which is too large\n\n";
        let script = Script::put([Attempt::sending(text), Attempt::sending("data: 4\n\n")]).await;
        let builder = script.builder().policy(reopening());
        let source = builder.fetch(Fetch::new().max_event_size(32)).open();
        let source = source.expect("a valid request");
        let mut numbers = listen::<u64>(&source, "message");
        assert_eq!(numbers.take(2).await, [1, 4]);
        let seen = script.seen_closed(1).await;
        assert_eq!(seen[1].header("last-event-id"), "2");
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_dropped_listener_hears_no_further_event_and_the_last_event_id_still_changes() {
    run(async || {
        let text =
            "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\nevent: done\ndata\n\nid: 4\ndata: 4\n\n";
        let script = Script::put([Attempt::ending(text), Attempt::sending("")]).await;
        let source = script.open_with(super::resilient());
        let kept_listener = Rc::new(RefCell::new(None::<Listener>));
        let (own_listener, heard) = (Rc::clone(&kept_listener), Rc::new(RefCell::new(Vec::new())));
        let numbers = Rc::clone(&heard);
        let listener = source.on("message", move |event: Event<u8>| {
            drop(own_listener.take());
            numbers.borrow_mut().push(event.data);
        });
        kept_listener.replace(listener.ok());
        assert_eq!(listen::<Text>(&source, "done").next().await.0, "");
        assert_eq!(heard.take(), [1]);
        let seen = script.seen_attempts(2).await;
        assert_eq!(seen[1].header("last-event-id"), "4");
    })
    .await;
}
