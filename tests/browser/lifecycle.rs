//! Sources that are paused, resumed and reconnected, and whose page is hidden, frozen or restored.

use std::time::Duration;

use js_sys::{Object, Reflect};
use typed_eventsource::{Backoff, Error, EventSource, Policy, State};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, EventTarget};

use super::support::{Attempt, Heard, Script, builder, errors, listen, run, states};

/// A script of attempts that each send an event with an id.
async fn numbered(count: usize) -> Script {
    let attempts = (1..=count).map(|number| {
        let send = format!("id: {number}\ndata: {number}\n\n");
        Attempt::sending(&send)
    });
    Script::put(Vec::from_iter(attempts)).await
}

fn open(script: &Script, policy: Policy) -> (EventSource, Heard<u8>) {
    let source = builder(script.url())
        .policy(policy)
        .resume_parameter("from")
        .open()
        .expect("a valid URL");
    let messages = listen(&source, "message");
    (source, messages)
}

/// The ids that the attempts continued from.
async fn resumed_from(script: &Script) -> Vec<String> {
    let seen = script.seen().await;
    let from = |path: &str| path.split_once("?from=").map(|(_, id)| id.to_owned());
    seen.iter()
        .map(|attempt| from(&attempt.path).unwrap_or_default())
        .collect()
}

/// Dispatches an event by which a browser reports a change of the page. If it is a `pageshow`, the page comes from the back/forward
/// cache.
fn dispatch(name: &str) {
    let global: EventTarget = js_sys::global().unchecked_into();
    let event = Event::new(name).expect("an event");
    let _ = Reflect::set(&event, &"persisted".into(), &JsValue::TRUE);
    global.dispatch_event(&event).expect("it is dispatched");
}

#[wasm_bindgen_test]
async fn a_source_that_is_paused_has_no_connection_and_goes_on_from_the_last_event_id() {
    run(async || {
        let script = numbered(3).await;
        let (source, mut messages) = open(&script, Policy::resilient());
        let mut states = states(&source);
        assert_eq!(messages.next().await, 1);
        source.pause();
        assert_eq!(source.state(), State::Paused);
        let seen = script.seen_closed(1).await;
        assert_eq!(seen[0].closed_by.as_deref(), Some("client"));
        for name in ["online", "resume", "pageshow"] {
            dispatch(name);
        }
        source.resume();
        assert_eq!(messages.next().await, 2);
        source.reconnect();
        source.reconnect();
        assert_eq!(messages.next().await, 3);
        assert_eq!(resumed_from(&script).await, ["", "1", "2"]);
        let told: Vec<_> = states.so_far().iter().map(ToString::to_string).collect();
        let told: Vec<_> = told.iter().map(String::as_str).collect();
        assert_eq!(
            told,
            ["open", "paused", "connecting", "open", "connecting", "open"]
        );
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_page_that_was_frozen_or_restored_makes_its_connection_again_if_the_policy_says_so() {
    run(async || {
        let (script, kept) = (numbered(3).await, numbered(2).await);
        let (source, mut messages) = open(&script, Policy::resilient());
        let (_kept, mut of_kept) = open(&kept, Policy::browser());
        let mut errors = errors(&source);
        assert_eq!((messages.next().await, of_kept.next().await), (1, 1));
        dispatch("resume");
        dispatch("pageshow");
        assert_eq!(messages.next().await, 2);
        dispatch("pageshow");
        assert_eq!(messages.next().await, 3);
        let told = errors.take(2).await;
        assert!(
            matches!(told[..], [Error::Suspended, Error::Suspended]),
            "{told:?}"
        );
        assert_eq!(resumed_from(&script).await, ["", "1", "2"]);
        assert_eq!(resumed_from(&kept).await, [""]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_page_that_loads_has_not_been_restored() {
    run(async || {
        let script = numbered(2).await;
        let (source, mut messages) = open(&script, Policy::resilient());
        assert_eq!(messages.next().await, 1);
        let global: EventTarget = js_sys::global().unchecked_into();
        let event = Event::new("pageshow").expect("an event");
        let _ = Reflect::set(&event, &"persisted".into(), &JsValue::FALSE);
        global.dispatch_event(&event).expect("it is dispatched");
        assert!(matches!(source.state(), State::Open { .. }));
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_source_that_waits_tries_at_once_when_its_page_is_restored() {
    run(async || {
        let script = Script::put([Attempt::answering(503), Attempt::sending("data: 1\n\n")]).await;
        let hour = Duration::from_secs(3600);
        let backoff = Backoff::new().initial(hour).max(hour).jitter(false);
        let (source, mut messages) = open(&script, Policy::resilient().backoff(backoff));
        let _errors = errors(&source);
        let mut states = states(&source);
        while !matches!(states.next().await, State::Waiting { .. }) {}
        dispatch("pageshow");
        assert_eq!(messages.next().await, 1);
    })
    .await;
}

/// Makes the page hidden or visible, and says so. Returns whether there is a page.
fn set_hidden(is_hidden: bool) -> bool {
    let document = Reflect::get(&js_sys::global(), &"document".into()).expect("a global");
    let Ok(document) = document.dyn_into::<EventTarget>() else {
        return false;
    };
    let property = Object::new();
    for (name, value) in [("value", is_hidden), ("configurable", true)] {
        let _ = Reflect::set(&property, &name.into(), &value.into());
    }
    Object::define_property(&document, &"hidden".into(), &property);
    let event = Event::new("visibilitychange").expect("an event");
    document.dispatch_event(&event).expect("it is dispatched");
    true
}

#[wasm_bindgen_test]
async fn a_hidden_page_pauses_its_source_and_makes_no_request_until_it_is_seen() {
    run(async || {
        let script = numbered(2).await;
        let policy = Policy::browser().pause_when_hidden(Duration::from_millis(1));
        let (source, mut messages) = open(&script, policy);
        let mut states = states(&source);
        assert_eq!(messages.next().await, 1);
        if !set_hidden(true) {
            // A worker does not know whether its page is hidden.
            return;
        }
        while states.next().await != State::Paused {}
        let seen = script.seen_closed(1).await;
        assert_eq!(seen[0].closed_by.as_deref(), Some("client"));
        dispatch("online");
        assert_eq!(source.state(), State::Paused);
        set_hidden(false);
        assert_eq!(messages.next().await, 2);
        assert_eq!(resumed_from(&script).await, ["", "1"]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_server_that_says_nothing_hears_of_a_pause_during_the_attempt() {
    run(async || {
        let script = Script::put([Attempt::hanging(), Attempt::sending("data: 1\n\n")]).await;
        let (source, mut messages) = open(&script, Policy::browser());
        script.seen_attempts(1).await;
        source.pause();
        assert_eq!(script.seen_closed(1).await.len(), 1);
        source.resume();
        assert_eq!(messages.next().await, 1);
    })
    .await;
}
