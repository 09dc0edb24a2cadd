//! Sources while the network goes and comes back.

use std::time::Duration;

use typed_eventsource::{Backoff, Error, Policy};
#[cfg(feature = "fetch")]
use typed_eventsource::{EventSource, Fetch, State};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, EventTarget};

#[cfg(feature = "fetch")]
use super::support::states;
use super::support::{Attempt, Script, Transport, errors, listen, run};

/// Dispatches the event by which a browser says that the network is back.
pub(super) fn come_online() {
    dispatch("online");
}

fn dispatch(name: &str) {
    let global: EventTarget = js_sys::global().unchecked_into();
    let event = Event::new(name).expect("an event");
    global.dispatch_event(&event).expect("it is dispatched");
}

/// A policy whose wait is an hour.
fn patient() -> Policy {
    let hour = Duration::from_secs(3600);
    let backoff = Backoff::new().initial(hour).max(hour).jitter(false);
    Policy::resilient().backoff(backoff)
}

#[wasm_bindgen_test]
async fn an_open_connection_is_made_again_when_the_network_is_back() {
    run(async || {
        let script = Script::put([
            Attempt::sending("id: 7\ndata: 1\n\n"),
            Attempt::sending("data: 2\n\n"),
        ])
        .await;
        let source = script.open_with(patient());
        let mut errors = errors(&source);
        let mut messages = listen::<u8>(&source, "message");
        assert_eq!(messages.next().await, 1);
        come_online();
        assert_eq!(messages.next().await, 2);
        assert!(matches!(errors.next().await, Error::Suspended));
        let seen = script.seen_closed(1).await;
        assert_eq!(seen[0].closed_by.as_deref(), Some("client"));
        let id = seen[1].header("last-event-id");
        let is_fetch = Transport::selected().is_fetch();
        assert_eq!(id, if is_fetch { "7" } else { "" });
    })
    .await;
}

/// Over the browser's own source, the browser makes the next attempt, and the policy leaves it alone.
#[cfg(feature = "fetch")]
#[wasm_bindgen_test]
async fn the_next_attempt_waits_for_the_network() {
    run(async || {
        let builder = EventSource::builder("http://nowhere.invalid/events").policy(patient());
        let source = builder.fetch(Fetch::new()).open().expect("a valid URL");
        let _errors = errors(&source);
        let mut states = states(&source);
        dispatch("offline");
        assert!(matches!(
            states.next().await,
            State::Offline { attempt: 1, .. }
        ));
        come_online();
        assert!(matches!(states.next().await, State::Connecting));
        source.close();
    })
    .await;
}
