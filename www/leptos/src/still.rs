//! The app without typed-eventsource, whose figures are fixed.

use leptos::prelude::*;
use typed_eventsource_dashboard::Dashboard;

use crate::view::{Badge, Page};

#[component]
pub(crate) fn App() -> impl IntoView {
    let dashboard = Signal::stored(Dashboard::still());
    let badge = view! { <Badge state="closed" text="still" /> };
    view! { <Page dashboard is_live=true trouble=None controls=() badge /> }
}
