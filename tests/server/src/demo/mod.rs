//! `/demo/prices`: a live stream to show, and faults to show it with.

mod feed;
mod market;

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use fastrand::Rng;
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use tokio::{
    sync::broadcast::error::RecvError,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use crate::connection::Connection;
use feed::{Audience, Feed, Order, Orders, farewell, notice};
use market::Market;

/// Eight events a second.
const TICK: Duration = Duration::from_millis(125);

const GREETING: &str = "Welcome. These prices are made up, live.";
const FAREWELL: &str = "That was all. Goodbye.";

const NO_JSON: &str = r#"{"symbol":"ACME","price":"#;
const WRONG_SHAPE: &str = r#"{"symbol":42,"cost":"much"}"#;
const HOSTILE_NOTICE: &str =
    r#"<img src=x onerror="document.title='injected'"><script>document.title='injected'</script>"#;
const HOSTILE_HALT: &str = r#"{"symbol":"ACME<img src=x onerror=alert(1)>","reason":"<script>document.title='injected'</script><b>not bold</b>"}"#;

/// The demo's routes; its market is open until `stop`.
pub(crate) fn routes(stop: CancellationToken) -> Router {
    let demo = Arc::new(Demo {
        // Ids go on growing when the server is restarted.
        feed: Feed::new(now_ms()),
        refusals: Mutex::default(),
        stop,
    });
    tokio::spawn(trade(Arc::clone(&demo)));
    Router::new()
        .route("/demo/prices", get(prices))
        .route("/demo/faults/{fault}", post(fault))
        .with_state(demo)
}

#[derive(Debug)]
struct Demo {
    feed: Feed,
    /// How many attempts of whom are still to be refused.
    refusals: Mutex<Vec<(Audience, u32)>>,
    stop: CancellationToken,
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(0))
}

/// Lets the market tick.
async fn trade(demo: Arc<Demo>) {
    let mut market = Market::new(Rng::new());
    for news in market.prices(now_ms()) {
        demo.feed.publish(news.event(), &news);
    }
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while demo.stop.run_until_cancelled(ticks.tick()).await.is_some() {
        let news = market.tick(now_ms());
        demo.feed.publish(news.event(), &news);
    }
}

impl Demo {
    /// Refuses the audience's next attempts, so many of them.
    fn refuse(&self, audience: Audience, attempts: u32) {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        refusals.retain(|(known, left)| *known != audience && *left > 0);
        refusals.push((audience, attempts));
    }

    fn is_refused(&self, client: Option<&str>) -> bool {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        let hit = refusals
            .iter_mut()
            .find(|(audience, left)| audience.includes(client) && *left > 0);
        match hit {
            Some((_, left)) => {
                *left -= 1;
                true
            }
            None => false,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Subscriber {
    client: Option<String>,
    #[serde(rename = "lastEventId")]
    last_event_id: Option<String>,
}

async fn prices(
    State(demo): State<Arc<Demo>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Query(subscriber): Query<Subscriber>,
    headers: HeaderMap,
) -> Response {
    if demo.is_refused(subscriber.client.as_deref()) {
        let text = "unavailable, as was asked for\n";
        return (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
    }
    // The header comes first: a browser that reconnects by itself sends it with the URL of old.
    let last_id = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .or(subscriber.last_event_id.as_deref())
        .and_then(|id| id.parse().ok());
    let (missed, orders) = demo.feed.subscribe(last_id);
    let opening = [Bytes::from_static(b"retry: 1000\n\n"), notice(GREETING)];
    let opening = stream::iter(opening.into_iter().chain(missed));
    let listening = Listening {
        orders,
        client: subscriber.client,
        connection,
        stop: demo.stop.clone(),
        ended: false,
    };
    let body = opening.chain(listening.into_stream());
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, Body::from_stream(body.map(Ok::<_, Infallible>))).into_response()
}

/// One open demo stream.
struct Listening {
    orders: Orders,
    client: Option<String>,
    connection: Connection,
    stop: CancellationToken,
    ended: bool,
}

impl Listening {
    fn into_stream(self) -> impl stream::Stream<Item = Bytes> {
        stream::unfold(self, |mut listening| async {
            let stop = listening.stop.clone();
            let chunk = stop.run_until_cancelled(listening.next()).await.flatten()?;
            Some((chunk, listening))
        })
    }

    async fn next(&mut self) -> Option<Bytes> {
        if self.ended {
            return None;
        }
        loop {
            let order = match self.orders.recv().await {
                Ok((audience, order)) if audience.includes(self.client.as_deref()) => order,
                Ok(_) | Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return None,
            };
            match order {
                Order::Send(text) => return Some(text),
                Order::Finish(text) => {
                    self.ended = true;
                    return Some(text);
                }
                Order::Reset => self.connection.reset(),
            }
        }
    }
}

#[derive(Debug, Deserialize)]
struct Fault {
    client: Option<String>,
    attempts: Option<u32>,
}

async fn fault(
    State(demo): State<Arc<Demo>>,
    Path(name): Path<String>,
    Query(fault): Query<Fault>,
) -> Result<StatusCode, (StatusCode, &'static str)> {
    let audience = || Audience(fault.client.clone());
    let feed = &demo.feed;
    match name.as_str() {
        "drop" => feed.order(audience(), Order::Reset),
        "unavailable" => {
            demo.refuse(audience(), fault.attempts.unwrap_or(3));
            feed.order(audience(), Order::Reset);
        }
        "malformed" => {
            feed.inject(audience(), "price", NO_JSON);
            feed.inject(audience(), "price", WRONG_SHAPE);
        }
        "hostile" => {
            feed.order(audience(), Order::Send(notice(HOSTILE_NOTICE)));
            feed.inject(audience(), "halt", HOSTILE_HALT);
        }
        "finish" => feed.order(audience(), Order::Finish(farewell("bye", FAREWELL))),
        _ => {
            let faults = "the faults are: drop, unavailable, malformed, hostile, finish\n";
            return Err((StatusCode::NOT_FOUND, faults));
        }
    }
    Ok(StatusCode::NO_CONTENT)
}
