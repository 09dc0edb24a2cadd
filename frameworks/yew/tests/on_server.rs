//! Server-side rendering.

#![cfg(not(target_family = "wasm"))]

use serde::Deserialize;
use typed_eventsource::{Event, EventSource, Policy};
use typed_eventsource_yew::{use_event_source, use_event_source_callback, use_event_source_fold};
use yew::{LocalServerRenderer, prelude::*};

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "no event comes to a server")]
enum Feed {
    Price(f64),
}

#[component]
fn Page() -> Html {
    let latest = use_event_source::<Feed>("/prices");
    let builder = EventSource::builder("no such thing:\\").policy(Policy::close_on_error());
    let folded = use_event_source_fold(builder, || 7, |_, _: Event<Feed>| unreachable!());
    let heard = use_event_source_callback("/prices", |_: Event<Feed>| unreachable!());
    assert!(latest.data().is_none() && latest.error().is_none() && folded.error().is_none());
    html! {
        <p>{ latest.state().to_string() }{ " " }{ folded.data() }{ " " }{ heard.state().to_string() }</p>
    }
}

#[test]
fn a_server_renders_a_source_that_connects_and_opens_none() {
    // Functions of the browser panic in this test, so that it fails if one is called.
    let html = LocalServerRenderer::<Page>::new()
        .hydratable(false)
        .render();
    let html = futures::executor::block_on(html);
    assert_eq!(html, "<p>connecting 7 connecting</p>");
}
