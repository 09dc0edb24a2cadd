//! `/tokens/{stream}` sends numbered events to clients that show a token, which expires or is revoked.
//!
//! A client shows the token in the header `Authorization: Bearer N`. At first there is one token, 0, which does not expire. The
//! ids of the events are their numbers, from 1 on. A connection continues after the last event id that the client sends, and ends
//! with its token.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use async_fn_stream::fn_stream;
use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::{
    sync::watch,
    time::{Instant, interval, sleep_until},
};
use tokio_util::sync::CancellationToken;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::router::cors;

/// How long a token is valid that does not expire.
const LONG: Duration = Duration::from_secs(24 * 3600);

/// What the server saw of one stream.
#[derive(Clone, Debug, Default, Serialize)]
struct Seen {
    /// How many tokens clients have asked for.
    refreshes: u64,
    /// How many requests had a token that was not valid, for each such token.
    refused: BTreeMap<u64, u64>,
    /// How many requests were answered with events.
    opened: u64,
}

/// A stream. Its connections watch it.
#[derive(Clone, Debug, Default)]
struct Stream {
    /// When each token expires, by its number.
    tokens: Vec<Instant>,
    /// The last event.
    last: u64,
    seen: Seen,
}

impl Stream {
    fn new() -> Self {
        Self {
            tokens: vec![Instant::now() + LONG],
            ..Self::default()
        }
    }

    fn expires_at(&self, token: u64) -> Option<Instant> {
        let at = *self.tokens.get(usize::try_from(token).ok()?)?;
        (at > Instant::now()).then_some(at)
    }
}

#[derive(Clone, Debug)]
struct Shared {
    streams: Arc<Mutex<HashMap<String, watch::Sender<Stream>>>>,
    stop: CancellationToken,
}

impl Shared {
    fn stream(&self, name: String) -> watch::Sender<Stream> {
        let mut streams = self.streams.lock();
        let stream = streams.entry(name);
        stream
            .or_insert_with(|| watch::Sender::new(Stream::new()))
            .clone()
    }
}

pub(crate) fn routes(stop: &CancellationToken) -> Router {
    Router::new()
        .route("/tokens/{stream}", get(play))
        .route("/tokens/{stream}/refresh", post(refresh))
        .route("/tokens/{stream}/revoke", post(revoke))
        .route("/tokens/{stream}/send", post(send))
        .route("/tokens/{stream}/seen", get(seen))
        .layer(cors())
        // A browser silently repeats a request whose kept-alive connection has ended.
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CONNECTION,
            HeaderValue::from_static("close"),
        ))
        .with_state(Shared {
            streams: Arc::default(),
            stop: stop.clone(),
        })
}

#[derive(Debug, Deserialize)]
struct Lifetime {
    /// In milliseconds.
    ttl: Option<u64>,
}

/// The answer of an OAuth server.
#[derive(Debug, Serialize)]
struct Token {
    access_token: String,
    /// In seconds.
    expires_in: Option<f64>,
}

/// Answers with a new token.
async fn refresh(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Query(Lifetime { ttl }): Query<Lifetime>,
) -> Json<Token> {
    let mut token = 0;
    shared.stream(name).send_modify(|stream| {
        token = stream.tokens.len();
        let lifetime = ttl.map_or(LONG, Duration::from_millis);
        stream.tokens.push(Instant::now() + lifetime);
        stream.seen.refreshes += 1;
    });
    Json(Token {
        access_token: token.to_string(),
        expires_in: ttl.map(|milliseconds| milliseconds as f64 / 1000.0),
    })
}

/// All tokens so far are no longer valid.
async fn revoke(State(shared): State<Shared>, Path(name): Path<String>) {
    shared.stream(name).send_modify(|stream| {
        let now = Instant::now();
        stream.tokens.iter_mut().for_each(|expiry| *expiry = now);
    });
}

#[derive(Debug, Deserialize)]
struct Amount {
    count: u64,
    /// In milliseconds; all at once if it is zero.
    #[serde(default)]
    every: u64,
}

/// Sends this many events more.
async fn send(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    Query(Amount { count, every }): Query<Amount>,
) {
    let stream = shared.stream(name);
    if every == 0 {
        return stream.send_modify(|stream| stream.last += count);
    }
    tokio::spawn(async move {
        let mut ticks = interval(Duration::from_millis(every));
        for _ in 0..count {
            tokio::select! {
                _ = ticks.tick() => stream.send_modify(|stream| stream.last += 1),
                () = shared.stop.cancelled() => return,
            }
        }
    });
}

async fn seen(State(shared): State<Shared>, Path(name): Path<String>) -> Json<Seen> {
    Json(shared.stream(name).borrow().seen.clone())
}

async fn play(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let number = |header: &str| {
        let value = headers.get(header)?.to_str().ok()?;
        value.trim_start_matches("Bearer ").parse::<u64>().ok()
    };
    let token = number("authorization").unwrap_or_default();
    let mut id = number("last-event-id").unwrap_or_default();
    let stream = shared.stream(name);
    let mut expires_at = None;
    stream.send_modify(|stream| {
        expires_at = stream.expires_at(token);
        match expires_at {
            Some(_) => stream.seen.opened += 1,
            None => *stream.seen.refused.entry(token).or_default() += 1,
        }
    });
    if expires_at.is_none() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let mut watch = stream.subscribe();
    let events = fn_stream(|emitter| async move {
        // Firefox shows a response when its body begins.
        emitter.emit(Ok(":\n".to_owned())).await;
        loop {
            let (last, expiry) = {
                let stream = watch.borrow_and_update();
                (stream.last, stream.expires_at(token))
            };
            while id < last {
                id += 1;
                let event = format!("id: {id}\ndata: {id}\n\n");
                emitter.emit(Ok::<_, std::convert::Infallible>(event)).await;
            }
            let Some(expires_at) = expiry else {
                return;
            };
            tokio::select! {
                _ = watch.changed() => {}
                () = sleep_until(expires_at) => {}
                () = shared.stop.cancelled() => return,
            }
        }
    });
    let type_of_events = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (type_of_events, Body::from_stream(events)).into_response()
}
