//! `/chaos/{stream}`: numbered events over connections that fail in every way, as a seed has it.
//!
//! What an attempt gets depends on the seed, the stream and the attempt's number alone; see [`Chaos`] for what is told of
//! it. The events are `1..=events`, then one named `done` with the id after the last; their data is `{"n":…,"text":…}`,
//! the text made from the number, so that a reader can tell whether it is whole.

mod body;
mod plan;
mod text;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use axum::{
    Json, Router,
    body::Body,
    extract::{ConnectInfo, Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::{connection::Connection, router::cors};
use body::Visit;
pub use plan::MOST;
use plan::{Answer, Plan};
use text::Text;

/// For how long a browser may remember what it was allowed.
const PREFLIGHT_AGE: Duration = Duration::from_secs(600);

/// How a connection ended, or what it got in place of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The response ended as a whole one does, in the middle of what there was to send.
    End,
    /// The response broke off: the connection was closed before the response was whole.
    Abort,
    /// The connection was reset (TCP RST), before the response's head or within its body.
    Reset,
    /// Nothing more came, until the client went away; before the response's head or within its body.
    Stall,
    /// The server stopped.
    Restart,
    /// An HTTP error: 429, 500 or 503.
    Status,
    /// The request was sent elsewhere.
    Redirect,
    /// The client went away while there was more to send.
    Left,
    /// All was sent.
    Done,
}

impl Ending {
    /// Whether the server took an open connection away.
    pub fn is_forced(self) -> bool {
        matches!(
            self,
            Self::End | Self::Abort | Self::Reset | Self::Stall | Self::Restart
        )
    }
}

/// What was seen of one stream.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// How many requests there were; one that follows a redirect does not count.
    pub attempts: u64,
    /// How many connections ended how.
    pub endings: BTreeMap<Ending, u64>,
    /// How many events were sent, repeated ones included; a reset may keep some of them from arriving.
    pub sent: u64,
    /// How many of them were at or before the last event id that the client came with.
    pub repeated: u64,
    /// Which ids a client that came for them was not sent since they were forgotten: the one that it came with, and the
    /// first one that it was sent.
    pub lost: Vec<(u64, u64)>,
}

/// What is known of a stream that somebody has asked for.
#[derive(Debug, Default)]
struct Known {
    seen: Seen,
    /// Ids up to this one are forgotten.
    forgotten: u64,
    /// The attempt that was sent elsewhere, and is to come back.
    redirected: Option<u64>,
}

/// All chaotic streams, by seed and name. It outlives its server where it is given to the next one.
#[derive(Debug, Clone, Default)]
pub struct Chaos(Arc<Mutex<HashMap<(u64, String), Known>>>);

impl Chaos {
    /// What was seen of a stream so far; nothing where nobody has asked for it.
    pub fn seen(&self, seed: u64, stream: &str) -> Seen {
        let all = self.0.lock();
        let known = all.get(&(seed, stream.to_owned()));
        known.map(|known| known.seen.clone()).unwrap_or_default()
    }

    fn change<T>(&self, seed: u64, stream: &str, change: impl FnOnce(&mut Known) -> T) -> T {
        let mut all = self.0.lock();
        change(all.entry((seed, stream.to_owned())).or_default())
    }
}

/// What a client asks for.
#[derive(Debug, Clone, Deserialize)]
struct Asked {
    #[serde(default)]
    seed: u64,
    events: u64,
    /// Whether events may be forgotten before they were sent.
    #[serde(default)]
    lossy: bool,
    /// Whether the first event of a connection may have no id. Over a browser's own source it looks like a repeated one.
    #[serde(default)]
    bare: bool,
    #[serde(rename = "lastEventId")]
    last_event_id: Option<u64>,
    /// Whether this is where redirects go to. They go back from there, as a browser's own source stays there.
    #[serde(default)]
    redirected: bool,
}

#[derive(Debug, Clone)]
struct Streams {
    chaos: Chaos,
    stop: CancellationToken,
}

pub(crate) fn routes(chaos: &Chaos, stop: &CancellationToken) -> Router {
    let cors = cors().allow_credentials(false).max_age(PREFLIGHT_AGE);
    Router::new()
        .route("/chaos/{stream}", get(play))
        .route("/chaos/{stream}/seen", get(seen))
        .layer(cors)
        // As for scripts: an attempt is what the client makes of it, and no request is repeated behind its back.
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CONNECTION,
            HeaderValue::from_static("close"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .with_state(Streams {
            chaos: chaos.clone(),
            stop: stop.clone(),
        })
}

#[derive(Debug, Deserialize)]
struct Seed {
    #[serde(default)]
    seed: u64,
}

async fn seen(
    State(streams): State<Streams>,
    Path(stream): Path<String>,
    Query(Seed { seed }): Query<Seed>,
) -> Json<Seen> {
    Json(streams.chaos.seen(seed, &stream))
}

async fn play(
    State(Streams { chaos, stop }): State<Streams>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path(stream): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, (StatusCode, String)> {
    let last = last_event_id(&headers, &asked)?;
    let mut visit = Visit::new(chaos, asked.seed, stream);
    let (attempt, was_redirected) = visit.count();
    let plan = Plan::new(asked.seed, visit.stream(), attempt);
    match plan.answer {
        Answer::Events => {}
        Answer::Redirect(_) if was_redirected => {}
        Answer::Reset => return visit.reset(&connection).await,
        Answer::Stall => return visit.stall(&connection, &stop).await,
        Answer::Status(status, retry_after) => {
            visit.ended(Ending::Status);
            let mut response = status.into_response();
            if let Some(seconds) = retry_after {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, seconds.into());
            }
            return Ok(response);
        }
        Answer::Redirect(status) => {
            visit.redirected(attempt);
            let place = elsewhere(visit.stream(), &asked);
            return Ok((status, [(header::LOCATION, place)]).into_response());
        }
    }
    let first = visit.first_to_send(&plan, last, &asked);
    let text = Text::write(plan, first, last, &asked);
    visit.sends(&text);
    let body = Body::from_stream(body::play(visit, text, connection, stop));
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], body).into_response())
}

/// The header is newer than the query, which a browser repeats as it was given.
fn last_event_id(headers: &HeaderMap, asked: &Asked) -> Result<u64, (StatusCode, String)> {
    let Some(id) = headers.get("last-event-id") else {
        return Ok(asked.last_event_id.unwrap_or(0));
    };
    let number = id.to_str().ok().and_then(|id| id.parse().ok());
    number.ok_or_else(|| {
        let text = format!("no event had the id {id:?}\n");
        (StatusCode::BAD_REQUEST, text)
    })
}

fn elsewhere(stream: &str, asked: &Asked) -> String {
    let Asked {
        seed,
        events,
        lossy,
        bare,
        last_event_id,
        redirected,
    } = asked;
    let redirected = !redirected;
    let last = last_event_id.map(|id| format!("&lastEventId={id}"));
    let last = last.unwrap_or_default();
    format!(
        "/chaos/{stream}?seed={seed}&events={events}&lossy={lossy}&bare={bare}{last}&redirected={redirected}"
    )
}
