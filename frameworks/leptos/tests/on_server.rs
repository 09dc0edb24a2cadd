//! On a server the hooks open no source, and any thread may read and drop their handles.
#![cfg(not(target_family = "wasm"))]

use std::{rc::Rc, thread};

use leptos::prelude::*;
use serde::Deserialize;
use typed_eventsource::{CloseReason, Event, State, testing::FakeServer};
use typed_eventsource_leptos::{
    UseEventSourceHandle, use_event_source, use_event_source_callback, use_event_source_fold,
};

#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Feed {
    Price(f64),
}

#[component]
fn Prices() -> impl IntoView {
    let latest = use_event_source::<Feed, _>("/prices");
    let all = use_event_source_fold("/prices", Vec::new, |all, event: Event<Feed>| {
        all.push(event.data)
    });
    let (closure, captured) = (Rc::new("/prices"), Rc::new(()));
    let heard = use_event_source_callback(
        move || *closure,
        move |_: Event<Feed>| drop(Rc::clone(&captured)),
    );
    view! {
        <p>{move || latest.state().get().to_string()}</p>
        <p>{move || latest.data().get().map_or("no price", |_| "a price")}</p>
        <p>{move || all.data().read().len()} " prices"</p>
        <p>{move || heard.error().get().map_or("no error", |_| "an error")}</p>
    }
}

#[test]
fn a_server_renders_a_source_that_connects_and_opens_none() {
    let network = FakeServer::new();
    let owner = Owner::new();
    let html = owner.with(|| view! { <Prices /> }.to_html());
    for text in ["connecting", "no price", "0", "no error"] {
        assert!(html.contains(text), "{text} in {html}");
    }
    drop(owner);
    assert_eq!(network.attempts(), []);
}

#[test]
fn another_thread_may_read_and_drop_a_handle() {
    let owner = Owner::new();
    let handles: (UseEventSourceHandle<Option<Feed>>, UseEventSourceHandle) = owner.with(|| {
        let captured = Rc::new(());
        let callback = move |_: Event<Feed>| drop(Rc::clone(&captured));
        (
            use_event_source("/prices"),
            use_event_source_callback("/prices", callback),
        )
    });
    let (latest, heard) = handles;
    let elsewhere = thread::spawn(move || {
        assert_eq!(latest.data().get_untracked(), None);
        assert!(matches!(heard.state().get_untracked(), State::Connecting));
        heard.close();
        drop(owner);
        latest.open();
        latest.close();
        assert!(latest.state().try_get_untracked().is_none());
    });
    elsewhere.join().expect("no panic");
}

#[test]
fn closing_and_opening_on_a_server_changes_the_shown_state_and_opens_no_source() {
    let network = FakeServer::new();
    let owner = Owner::new();
    owner.with(|| {
        let feed = use_event_source::<Feed, _>("/prices");
        feed.close();
        assert!(matches!(
            feed.state().get_untracked(),
            State::Closed(CloseReason::Requested)
        ));
        feed.open();
        assert!(matches!(feed.state().get_untracked(), State::Connecting));
    });
    assert_eq!(network.attempts(), []);
}
