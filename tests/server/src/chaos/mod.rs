//! `/chaos/{stream}` sends numbered events over connections that fail in every way. A seed decides how.
//!
//! What an attempt gets depends only on the seed, the stream and the attempt's number. [`Chaos`] keeps what the server saw.
//! The events have the ids `1..=events`; a last one, named `done`, has the next id. The data of an event is
//! `{"n":…,"text":…}`. The text is made from the number, so that a reader can tell whether it is whole.

mod attempt_body;
mod body;
mod plan;

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

use crate::{connection::TcpHandle, router::cors};
use attempt_body::AttemptBody;
use body::TrackedRequest;
pub use plan::MAX_EVENTS_AT_ONCE;
use plan::{Answer, Plan};

/// How long a browser may remember the answer to a preflight.
const PREFLIGHT_AGE: Duration = Duration::from_secs(600);

/// How a connection ended, or what it got in place of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The response ended cleanly, though there was more to send.
    End,
    /// The response broke off: the connection was closed before the response was whole.
    Abort,
    /// The connection was reset (TCP RST), before the response's head or within its body.
    Reset,
    /// The server sent nothing more until the client went away, before the response's head or within its body.
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

/// What the server saw of one stream.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SeenStream {
    /// How many attempts there were. A request that follows a redirect belongs to the attempt before it.
    pub attempts: u64,
    /// How many connections ended in each way.
    pub endings: BTreeMap<Ending, u64>,
    /// How many events were sent, repeated ones included; a reset may keep some of them from arriving.
    pub sent: u64,
    /// How many of the sent events the client had already, by the last event id that it sent.
    pub repeated: u64,
    /// The gaps that the server made by forgetting events. For each gap: the last event id that the client sent, and the id of
    /// the first event that the server sent after it.
    pub lost: Vec<(u64, u64)>,
}

/// What the server knows of a stream that a client has opened.
#[derive(Debug, Default)]
struct StreamRecord {
    seen: SeenStream,
    /// Ids up to this one are forgotten.
    forgotten: u64,
    /// The attempt that was answered with a redirect, until the client has followed it.
    redirected_attempt: Option<u64>,
}

/// All chaotic streams, by seed and name. It can be given to the next server, which then continues the streams.
#[derive(Debug, Clone, Default)]
pub struct Chaos(Arc<Mutex<HashMap<(u64, String), StreamRecord>>>);

impl Chaos {
    /// What the server saw of a stream so far; the default if no client has opened it.
    pub fn seen(&self, seed: u64, stream: &str) -> SeenStream {
        let all = self.0.lock();
        let record = all.get(&(seed, stream.to_owned()));
        record.map(|record| record.seen.clone()).unwrap_or_default()
    }

    fn change<T>(&self, seed: u64, stream: &str, change: impl FnOnce(&mut StreamRecord) -> T) -> T {
        let mut all = self.0.lock();
        change(all.entry((seed, stream.to_owned())).or_default())
    }
}

/// The query of a request.
#[derive(Debug, Clone, Deserialize)]
struct StreamQuery {
    #[serde(default)]
    seed: u64,
    events: u64,
    /// Whether the server may forget events that it has not sent yet.
    #[serde(default)]
    lossy: bool,
    /// Whether the first event of a connection may have no id. Clients that skip repeated events do not ask for this: over a
    /// browser's own source such an event has the id of the event before, and so looks like a repeated one.
    #[serde(default)]
    bare: bool,
    #[serde(rename = "lastEventId")]
    last_event_id: Option<u64>,
    /// Whether this URL is the target of a redirect. A browser's own source reconnects to the target, from where the next
    /// redirect leads back.
    #[serde(default, rename = "redirected")]
    is_redirect_target: bool,
}

/// What the handlers of the routes share.
#[derive(Debug, Clone)]
struct Shared {
    chaos: Chaos,
    stop: CancellationToken,
}

pub(crate) fn routes(chaos: &Chaos, stop: &CancellationToken) -> Router {
    let cors = cors().allow_credentials(false).max_age(PREFLIGHT_AGE);
    Router::new()
        .route("/chaos/{stream}", get(play))
        .route("/chaos/{stream}/seen", get(seen))
        .layer(cors)
        // Without this header a browser silently repeats a request whose kept-alive connection was reset, and the repeated
        // request would be counted as an attempt.
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CONNECTION,
            HeaderValue::from_static("close"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .with_state(Shared {
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
    State(Shared { chaos, .. }): State<Shared>,
    Path(stream): Path<String>,
    Query(Seed { seed }): Query<Seed>,
) -> Json<SeenStream> {
    Json(chaos.seen(seed, &stream))
}

async fn play(
    State(Shared { chaos, stop }): State<Shared>,
    ConnectInfo(tcp): ConnectInfo<TcpHandle>,
    Path(stream): Path<String>,
    Query(query): Query<StreamQuery>,
    headers: HeaderMap,
) -> Result<Response, (StatusCode, String)> {
    let last = last_event_id(&headers, &query)?;
    let mut request = TrackedRequest::new(chaos, query.seed, stream);
    let attempt = request.start_attempt();
    let plan = Plan::new(query.seed, request.stream(), attempt.number);
    match plan.answer {
        Answer::Events => {}
        Answer::Redirect(_) if attempt.follows_redirect => {}
        Answer::Reset => return request.reset(&tcp).await,
        Answer::Stall => return request.stall(&tcp, &stop).await,
        Answer::Status(status, retry_after) => {
            request.set_ending(Ending::Status);
            let mut response = status.into_response();
            if let Some(seconds) = retry_after {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, seconds.into());
            }
            return Ok(response);
        }
        Answer::Redirect(status) => {
            request.note_redirect(attempt.number);
            let target = redirect_target(request.stream(), &query);
            return Ok((status, [(header::LOCATION, target)]).into_response());
        }
    }
    request.forget_events(&plan, last, &query);
    let first = request.choose_first_event(&plan, last);
    let attempt_body = AttemptBody::write(plan, first, last, &query);
    request.note_events(&attempt_body);
    let body = Body::from_stream(body::play(request, attempt_body, tcp, stop));
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], body).into_response())
}

/// The last event id of the request. The header takes precedence over the query, since a browser reconnects with the query of
/// the first request.
fn last_event_id(headers: &HeaderMap, query: &StreamQuery) -> Result<u64, (StatusCode, String)> {
    let Some(id) = headers.get("last-event-id") else {
        return Ok(query.last_event_id.unwrap_or(0));
    };
    let number = id.to_str().ok().and_then(|id| id.parse().ok());
    number.ok_or_else(|| {
        let text = format!("no event had the id {id:?}\n");
        (StatusCode::BAD_REQUEST, text)
    })
}

fn redirect_target(stream: &str, query: &StreamQuery) -> String {
    let StreamQuery {
        seed,
        events,
        lossy,
        bare,
        last_event_id,
        is_redirect_target,
    } = query;
    let redirected = !is_redirect_target;
    let last = last_event_id.map(|id| format!("&lastEventId={id}"));
    let last = last.unwrap_or_default();
    format!(
        "/chaos/{stream}?seed={seed}&events={events}&lossy={lossy}&bare={bare}{last}&redirected={redirected}"
    )
}
