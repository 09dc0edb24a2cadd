//! The live app, whose figures come from the server.

use typed_eventsource::{EventSource, EventSourceBuilder, Policy, State};
use typed_eventsource_dashboard::{Dashboard, Feed, state_name};
use typed_eventsource_yew::use_event_source_fold;
use yew::prelude::*;

use crate::view::{badge, page};

/// The builder of the source. It is equal at every render, so the source stays open.
fn prices() -> EventSourceBuilder {
    EventSource::builder("/demo/prices")
        .policy(Policy::resilient())
        .resume_parameter("lastEventId")
        .terminal_event("bye")
}

#[component]
pub(crate) fn App() -> Html {
    let feed =
        use_event_source_fold::<Feed, _>(prices(), Dashboard::default, |dashboard, event| {
            dashboard.add(event.data)
        });

    let is_closed = feed.state().is_closed();
    let toggle = {
        let feed = feed.clone();
        move |_| if is_closed { feed.open() } else { feed.close() }
    };
    let badge = badge(state_name(feed.state()), feed.state().to_string());
    let controls = html! {
        <button id="toggle" type="button" onclick={toggle}>{ if is_closed { "Open" } else { "Close" } }</button>
    };
    let is_live = matches!(feed.state(), State::Open { .. });
    let trouble = feed.error().map(ToString::to_string);
    page(feed.data(), badge, controls, is_live, trouble)
}
