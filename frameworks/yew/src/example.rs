use serde::Deserialize;
use typed_eventsource::testing::FakeServer;
use typed_eventsource_yew::use_event_source;
use wasm_bindgen_test::wasm_bindgen_test;
use yew::{prelude::*, scheduler::flush};

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Feed {
    Price(f64),
    Halt,
}

#[component]
fn Ticker() -> Html {
    let feed = use_event_source::<Feed>("/prices");
    match feed.data() {
        Some(Feed::Price(price)) => html! { format!("{price:.2}") },
        Some(Feed::Halt) => html! { "halted" },
        None => html! { feed.state().to_string() },
    }
}

#[wasm_bindgen_test]
async fn the_ticker_shows_the_latest_price() {
    let server = FakeServer::new(); // in place of the network
    let document = web_sys::window().and_then(|window| window.document());
    let root = document.unwrap().create_element("div").unwrap();
    let shown = || root.text_content().unwrap();

    let app = yew::Renderer::<Ticker>::with_root(root.clone()).render();
    flush().await; // with yew's feature `test`
    assert_eq!(shown(), "connecting");

    server.send("price", &101.5);
    flush().await;
    assert_eq!(shown(), "101.50");

    server.send("halt", &());
    flush().await;
    assert_eq!(shown(), "halted");

    app.destroy();
    flush().await;
    assert_eq!(server.connections(), 0);
}
