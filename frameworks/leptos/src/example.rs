use leptos::{mount::mount_to, prelude::*, task::tick};
use serde::Deserialize;
use typed_eventsource::{EventSource, Policy, testing::FakeServer};
use typed_eventsource_leptos::use_event_source;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

#[derive(Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Feed {
    Price(f64),
}

// The component to test.
#[component]
fn Ticker(symbol: RwSignal<&'static str>) -> impl IntoView {
    let feed = use_event_source::<Feed, _>(move || {
        EventSource::builder(format!("/prices/{}", symbol.get())).policy(Policy::resilient())
    });
    let text = move || match feed.data().get() {
        Some(Feed::Price(price)) => format!("{} {price}", symbol.get()),
        None => feed.state().get().to_string(),
    };
    view! { <p>{text}</p> }
}

#[wasm_bindgen_test]
async fn the_ticker_shows_the_latest_price_of_its_symbol() {
    let server = FakeServer::new(); // in place of the network
    let page = document().create_element("main").unwrap();
    let text = || page.text_content().unwrap();
    let symbol = RwSignal::new("ACME");
    let ticker = mount_to(
        page.clone().unchecked_into(),
        move || view! { <Ticker symbol /> },
    );
    tick().await;
    assert_eq!(text(), "connecting");

    server.send("price", &1.5);
    server.send("price", &2.5);
    tick().await;
    assert_eq!(text(), "ACME 2.5");

    symbol.set("INITECH");
    tick().await;
    assert_eq!(text(), "connecting");
    server.send("price", &17.85);
    tick().await;
    assert_eq!(text(), "INITECH 17.85");

    drop(ticker);
    assert_eq!(server.connections(), 0);
}
