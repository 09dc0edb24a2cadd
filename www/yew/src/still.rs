//! The app without typed-eventsource, whose figures are fixed.

use typed_eventsource_dashboard::Dashboard;
use yew::prelude::*;

use crate::view::{badge, page};

#[component]
pub(crate) fn App() -> Html {
    let dashboard = use_memo((), |()| Dashboard::still());
    let badge = badge("closed", "still".to_owned());
    page(&dashboard, badge, html! {}, true, None)
}
