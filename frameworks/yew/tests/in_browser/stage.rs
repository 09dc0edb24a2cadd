//! Components that tell a test what they render.

use serde::Deserialize;
use typed_eventsource::{EventSourceBuilder, State};
use typed_eventsource_yew::{UseEventSourceHandle, use_event_source};
use web_sys::Element;
use yew::{AppHandle, Renderer, html::BaseComponent, prelude::*};

use typed_eventsource_test_support::Heard;

#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Feed {
    Price(u32),
    Halt(String),
}

/// An event as the server sends it.
pub(crate) fn price(price: u32) -> typed_eventsource_test_support::Step {
    typed_eventsource_test_support::send(&format!("event: price\ndata: {price}\n\n"))
}

/// The handle of a `Ticker`, which has the latest event.
pub(crate) type TickerHandle = UseEventSourceHandle<Option<Feed>>;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TickerProps {
    pub(crate) source: EventSourceBuilder,
    /// Called with the handle at each render.
    pub(crate) on_render: Callback<TickerHandle>,
    /// Another value renders the component again.
    #[prop_or_default]
    pub(crate) round: u32,
}

/// Reports its handle at each render.
#[component]
pub(crate) fn Ticker(props: &TickerProps) -> Html {
    let feed = use_event_source::<Feed>(props.source.clone());
    props.on_render.emit(feed);
    html! {}
}

/// The properties of a `Ticker`, and the handles that it reports.
pub(crate) fn ticker(source: impl Into<EventSourceBuilder>) -> (TickerProps, Heard<TickerHandle>) {
    let (hear, renders) = Heard::new();
    let props = TickerProps {
        source: source.into(),
        on_render: Callback::from(hear),
        round: 0,
    };
    (props, renders)
}

/// A component that is mounted until this is dropped.
pub(crate) struct Mounted<C: BaseComponent> {
    app: Option<AppHandle<C>>,
}

impl<C: BaseComponent> Mounted<C> {
    pub(crate) fn new(props: C::Properties) -> Self {
        let app = Renderer::<C>::with_root_and_props(element(), props).render();
        Self { app: Some(app) }
    }

    pub(crate) fn update(&mut self, props: C::Properties) {
        self.app.as_mut().expect("it is mounted").update(props);
    }
}

impl<C: BaseComponent> Drop for Mounted<C> {
    fn drop(&mut self) {
        if let Some(app) = self.app.take() {
            app.destroy();
        }
    }
}

/// The root element of an app. It is not in the document, since nobody has to see the app.
pub(crate) fn element() -> Element {
    let document = web_sys::window().and_then(|window| window.document());
    let element = document.expect("a page").create_element("div");
    element.expect("an element")
}

/// Waits for a render that meets the condition.
pub(crate) async fn until<T: 'static>(
    renders: &mut Heard<UseEventSourceHandle<T>>,
    condition: impl Fn(&UseEventSourceHandle<T>) -> bool,
) -> UseEventSourceHandle<T> {
    loop {
        let shown = renders.next().await;
        if condition(&shown) {
            return shown;
        }
    }
}

/// Waits for a render that shows this price.
pub(crate) async fn until_price(renders: &mut Heard<TickerHandle>, price: u32) -> TickerHandle {
    until(renders, |shown| *shown.data() == Some(Feed::Price(price))).await
}

/// Waits for a render that shows a closed source.
pub(crate) async fn until_closed<T: 'static>(
    renders: &mut Heard<UseEventSourceHandle<T>>,
) -> UseEventSourceHandle<T> {
    until(renders, |shown| shown.state().is_closed()).await
}

pub(crate) fn is_open<T>(shown: &UseEventSourceHandle<T>) -> bool {
    matches!(shown.state(), State::Open { .. })
}

/// The state and the data that a render shows, as text.
pub(crate) fn shown_text<T: std::fmt::Debug>(shown: &UseEventSourceHandle<T>) -> String {
    format!("{}, {:?}", shown.state(), shown.data())
}
