//! The live app, whose figures come from the server.

use leptos::prelude::*;
use typed_eventsource::{EventSource, Policy, State};
use typed_eventsource_dashboard::{Dashboard, Feed, state_name};
use typed_eventsource_leptos::use_event_source_fold;

use crate::view::{Badge, Page};

#[component]
pub(crate) fn App() -> impl IntoView {
    let source = EventSource::builder("/demo/prices")
        .policy(Policy::resilient())
        .resume_parameter("lastEventId")
        .terminal_event("bye");
    let feed =
        use_event_source_fold::<Feed, _, _>(source, Dashboard::default, |dashboard, event| {
            dashboard.add(event.data)
        });

    let is_closed = Memo::new(move |_| feed.state().read().is_closed());
    let toggle = move |_| {
        if is_closed.get() {
            feed.open()
        } else {
            feed.close()
        }
    };
    let controls = view! {
        <button id="toggle" type="button" on:click=toggle>
            {move || if is_closed.get() { "Open" } else { "Close" }}
        </button>
    };
    let badge = view! {
        <Badge state=move || state_name(&feed.state().read()) text=move || feed.state().read().to_string() />
    };
    view! {
        <Page
            dashboard=feed.data()
            is_live=move || matches!(*feed.state().read(), State::Open { .. })
            trouble=move || feed.error().get().map(|error| error.to_string())
            controls
            badge
        />
    }
}
