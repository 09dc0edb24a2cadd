//! The seconds until the next attempt.

use std::time::Duration;

use typed_eventsource::{Backoff, EventSource, Policy, State, testing::FakeServer};
use typed_eventsource_test_support::Heard;
use typed_eventsource_yew::use_event_source;
use wasm_bindgen_test::wasm_bindgen_test;
use yew::{prelude::*, scheduler::flush};

use crate::stage::{Feed, Mounted};

#[derive(PartialEq, Properties)]
struct BannerProps {
    /// What each render shows.
    on_render: Callback<Option<u64>>,
}

/// Asks for the seconds only while there is a wait.
#[component]
fn Banner(props: &BannerProps) -> Html {
    let backoff = Backoff::new().initial(Duration::from_secs(3));
    let policy = Policy::resilient().backoff(backoff);
    let feed = use_event_source::<Feed>(EventSource::builder("/prices").policy(policy));
    let is_waiting = matches!(feed.state(), State::Waiting { .. });
    let seconds = is_waiting.then(|| feed.countdown()).flatten();
    props.on_render.emit(seconds);
    html! { <button onclick={move |_| feed.close()} /> }
}

#[wasm_bindgen_test]
async fn a_component_that_asks_for_the_seconds_renders_each_of_them() {
    let server = FakeServer::new();
    let (hear, mut renders) = Heard::new();
    let _app = Mounted::<Banner>::new(BannerProps {
        on_render: Callback::from(hear),
    });
    flush().await;
    server.fail(503);
    flush().await;
    let mut shown = Vec::new();
    for _ in 0..3 {
        server.clock().advance(Duration::from_millis(0));
        flush().await;
        shown.extend(renders.so_far().last().copied());
        server.clock().advance(Duration::from_secs(1));
        flush().await;
    }
    assert_eq!(shown, [Some(3), Some(2), Some(1)]);
    assert_eq!(renders.so_far().last(), Some(&None));
}
