//! The seconds until the next attempt.

use std::time::Duration;

use leptos::{prelude::*, task::tick};
use typed_eventsource::{Backoff, EventSource, Policy, testing::FakeServer};
use typed_eventsource_leptos::use_event_source;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Feed, mount};

#[wasm_bindgen_test]
async fn a_signal_has_the_seconds_of_a_wait_until_it_is_over() {
    let server = FakeServer::new();
    let mounted = mount(|| {
        let backoff = Backoff::new().initial(Duration::from_secs(2));
        let policy = Policy::resilient().backoff(backoff);
        let feed = use_event_source::<Feed, _>(EventSource::builder("/numbers").policy(policy));
        let seconds = move || feed.countdown().get().map(|seconds| format!("{seconds} s"));
        view! { {seconds} <button on:click=move |_| feed.close() /> }
    });
    tick().await;
    let mut shown = Vec::new();
    server.fail(503);
    for _ in 0..3 {
        tick().await;
        shown.push(mounted.text());
        server.clock().advance(Duration::from_secs(1));
    }
    assert_eq!(shown, ["2 s", "1 s", ""]);
}
