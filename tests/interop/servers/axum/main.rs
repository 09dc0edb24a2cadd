//! Server-sent events with axum.

use std::{convert::Infallible, env, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    http::HeaderMap,
    response::{
        IntoResponse,
        sse::{Event, KeepAlive, Sse},
    },
    routing::get,
};
use futures_util::{Stream, StreamExt, stream};
use serde::Serialize;
use tokio::{net::TcpListener, sync::watch, time};
use tower_http::services::ServeDir;

const PARAGRAPH: [&str; 4] = [
    "A server has something to say, and says it as it comes.",
    "What it says is text: a few lines for each event, and an empty one.",
    "The connection stays open, and the page shows each sentence at once.",
    "When all is said, the server says that too.",
];

async fn events() -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let sentences = stream::iter(PARAGRAPH)
        .then(async |sentence| {
            time::sleep(Duration::from_millis(300)).await;
            Event::default().data(sentence)
        })
        .chain(stream::iter([Event::default()
            .event("done")
            .data("that was all")]));
    Sse::new(sentences.map(Ok)).keep_alive(KeepAlive::default())
}

#[derive(Clone, Serialize)]
struct Price {
    symbol: &'static str,
    price: f64,
}

/// All prices so far; the id of each is its index.
type Prices = watch::Receiver<Vec<Price>>;

/// Continues after the last event id, and ends after five events: a client that reconnects misses none.
async fn prices(State(prices): State<Arc<Prices>>, headers: HeaderMap) -> impl IntoResponse {
    let last = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok()?.parse::<usize>().ok());
    let next = last.map_or(0, |last| last.saturating_add(1));
    let prices = Prices::clone(&prices);
    let events = stream::unfold((prices, next), async |(mut prices, id)| {
        let price = prices.wait_for(|all| id < all.len()).await.ok()?[id].clone();
        let event = Event::default()
            .event("price")
            .id(id.to_string())
            .retry(Duration::from_millis(100))
            .json_data(price);
        Some((event, (prices, id + 1)))
    });
    Sse::new(events.take(5)).keep_alive(KeepAlive::default())
}

async fn trade(prices: watch::Sender<Vec<Price>>) {
    for round in 0_u32.. {
        let price = 100.0 + f64::from(round % 10) / 4.0;
        prices.send_modify(|all| {
            all.push(Price {
                symbol: "ACME",
                price,
            });
        });
        time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let (sender, receiver) = watch::channel(Vec::new());
    tokio::spawn(trade(sender));
    let app = Router::new()
        .route("/events", get(events))
        .route("/prices", get(prices))
        .with_state(Arc::new(receiver))
        .fallback_service(ServeDir::new(env::var("WWW").unwrap_or_default()));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await
}
