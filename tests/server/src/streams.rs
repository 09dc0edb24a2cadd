//! `/streams/{id}`: plays a script's attempts.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    pin::pin,
    sync::Arc,
    time::{Duration, SystemTime},
};

use async_fn_stream::{StreamEmitter, fn_stream};
use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;
use tokio::{task::yield_now, time::sleep};

use crate::{
    at_intervals::at_intervals,
    connection::TcpHandle,
    control::no_such_script,
    fill::Fill,
    flood::Flood,
    script::{Attempt, Cors, SeenAttempt, Step},
    store::{RunningScript, Store, TrackedAttempt},
};

pub(crate) async fn play(
    State(store): State<Arc<Store>>,
    ConnectInfo(tcp): ConnectInfo<TcpHandle>,
    Path(id): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(running) = store.get(&id) else {
        return no_such_script(&id).into_response();
    };
    if headers
        .get("sec-fetch-mode")
        .is_some_and(|mode| mode == "no-cors")
    {
        return answer_no_cors_request(&running, tcp).await;
    }
    let tracked = running.start_attempt(SeenAttempt {
        method: method.to_string(),
        path: uri.to_string(),
        headers: headers_as_text(&headers),
        body: String::from_utf8_lossy(&body).into_owned(),
        opened_ms: running.elapsed_ms(),
        closed_ms: None,
        closed_by: None,
    });

    let attempt = tracked.attempt().clone();
    let mut response = head(&attempt, headers.get(header::ORIGIN));
    let mut player = Player { tracked, tcp };
    let mut before = attempt.before;
    if attempt.steps.first() == Some(&Step::Reset) {
        before.push(Step::Reset);
    }
    if player.play_before(before).await.is_none() {
        return player.reset().await;
    }
    if has_body(&method, response.status()) {
        *response.body_mut() = player.into_body(attempt.steps);
    } else {
        player.tracked.set_closed_by_server();
    }
    response
}

/// Answers a request with the mode `no-cors` as the last attempt was answered. A page sends one to find out whether it can
/// reach the server.
async fn answer_no_cors_request(running: &RunningScript, tcp: TcpHandle) -> Response {
    let attempt = running.note_no_cors_request();
    let resets = |step: &Step| matches!(step, Step::Reset | Step::LongHead(_));
    if attempt.steps.first().is_some_and(resets) || attempt.before.iter().any(resets) {
        tcp.reset();
        return std::future::pending().await;
    }
    let mut response = head(attempt, None);
    // The page of the tests has a `Cross-Origin-Embedder-Policy`, so that the browser refuses it responses without this header.
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    let cross_origin = HeaderValue::from_static("cross-origin");
    response.headers_mut().insert(policy, cross_origin);
    response
}

/// Answers a CORS preflight with the CORS headers of the next attempt.
pub(crate) async fn preflight(
    State(store): State<Arc<Store>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(running) = store.get(&id) else {
        return no_such_script(&id).into_response();
    };
    let mut response = StatusCode::NO_CONTENT.into_response();
    let cors = running.note_preflight().cors;
    add_cors_headers(cors, headers.get(header::ORIGIN), response.headers_mut());
    if cors != Cors::None {
        for (asked, allowed) in [
            (
                header::ACCESS_CONTROL_REQUEST_METHOD,
                header::ACCESS_CONTROL_ALLOW_METHODS,
            ),
            (
                header::ACCESS_CONTROL_REQUEST_HEADERS,
                header::ACCESS_CONTROL_ALLOW_HEADERS,
            ),
        ] {
            if let Some(asked) = headers.get(asked) {
                response.headers_mut().insert(allowed, asked.clone());
            }
        }
    }
    response
}

fn headers_as_text(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        texts
            .entry(name.to_string())
            .and_modify(|values| *values = format!("{values}, {value}"))
            .or_insert_with(|| value.into_owned());
    }
    texts
}

/// The response without its body.
fn head(attempt: &Attempt, origin: Option<&HeaderValue>) -> Response {
    let status = StatusCode::from_u16(attempt.status).unwrap_or_default();
    let defaults = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let mut response = (status, defaults, Body::empty()).into_response();
    let headers = response.headers_mut();
    add_cors_headers(attempt.cors, origin, headers);
    // The defaults are removed before any header is added, so that a header which is given several times is sent several times.
    let given = || {
        attempt.headers.iter().filter_map(|(name, value)| {
            let name = HeaderName::try_from(name).ok()?;
            Some((name, value.as_deref()))
        })
    };
    for (name, _) in given() {
        headers.remove(name);
    }
    for (name, value) in given() {
        if let Some(Ok(value)) = value.map(HeaderValue::try_from) {
            headers.append(name, value);
        }
    }
    response
}

fn add_cors_headers(cors: Cors, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
    match cors {
        Cors::Credentials => {
            headers.insert(header::VARY, HeaderValue::from_static("origin"));
            if let Some(origin) = origin {
                headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
                headers.insert(
                    header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
                    HeaderValue::from_static("true"),
                );
            }
        }
        Cors::Any => {
            headers.insert(
                header::ACCESS_CONTROL_ALLOW_ORIGIN,
                HeaderValue::from_static("*"),
            );
        }
        Cors::None => {}
    }
}

/// Whether HTTP allows the response a body. hyper drops the body of any other response without playing it.
fn has_body(method: &Method, status: StatusCode) -> bool {
    method != Method::HEAD && !matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// Plays the steps of an attempt. hyper drops the player when the client goes away.
struct Player {
    tracked: TrackedAttempt,
    tcp: TcpHandle,
}

impl Player {
    /// Plays the steps before the response head. Returns `None` if the script is replaced or deleted, or the server stops,
    /// before they are played.
    async fn play_before(&mut self, steps: Vec<Step>) -> Option<()> {
        let over = self.tracked.running.over.clone();
        let playing = async {
            for step in steps {
                self.play_silent(step).await;
            }
        };
        over.run_until_cancelled(playing).await
    }

    /// Resets the connection. This future never ends: hyper drops the handler that awaits it.
    async fn reset<T>(&mut self) -> T {
        self.tracked.set_closed_by_server();
        self.tcp.reset();
        std::future::pending().await
    }

    fn into_body(mut self, steps: Vec<Step>) -> Body {
        let chunks = fn_stream(|emitter| async move {
            let over = self.tracked.running.over.clone();
            over.run_until_cancelled(self.play(steps, &emitter)).await;
            self.tracked.set_closed_by_server();
        });
        Body::from_stream(chunks.map(Ok::<_, Infallible>))
    }

    async fn play(&mut self, steps: Vec<Step>, to: &StreamEmitter<Bytes>) {
        for step in steps.into_iter().chain([Step::End]) {
            // hyper flushes when the body has nothing for it. So it sends the chunk before while this yields.
            yield_now().await;
            match step {
                Step::Send(text) => to.emit(text.into()).await,
                Step::SendBytes(bytes) => to.emit(bytes.into()).await,
                Step::Repeat { times, send } => {
                    for chunk in Flood::new(times, &send) {
                        to.emit(chunk).await;
                    }
                }
                Step::Series { times, send } => {
                    for chunk in Flood::one_by_one(times, &send) {
                        yield_now().await;
                        to.emit(chunk).await;
                    }
                }
                Step::Ticks { times, every, send } => {
                    let mut numbers = pin!(at_intervals(every, 0..times));
                    while let Some(n) = numbers.next().await {
                        let text = send.replace("{n}", &n.to_string());
                        let text = text.replace("{now}", &microseconds_since_1970().to_string());
                        to.emit(text.into()).await;
                    }
                }
                Step::Fill { bytes, send } => {
                    for chunk in Fill::new(bytes, &send) {
                        to.emit(chunk).await;
                    }
                }
                Step::Drip { every, send } => {
                    let mut bytes = pin!(at_intervals(every, send.into_bytes()));
                    while let Some(byte) = bytes.next().await {
                        to.emit(vec![byte].into()).await;
                    }
                }
                Step::End => return,
                step => self.play_silent(step).await,
            }
        }
    }

    /// Plays a step that sends nothing.
    async fn play_silent(&mut self, step: Step) {
        match step {
            Step::Pause(ms) => sleep(Duration::from_millis(ms)).await,
            Step::Wait => {
                // The semaphore is never closed, so that this is always a permit.
                if let Ok(permit) = self.tracked.running.releases.acquire().await {
                    permit.forget();
                }
            }
            Step::LongHead(bytes) => {
                self.tcp.send_long_head(bytes).await;
                self.reset().await
            }
            Step::Reset => self.reset().await,
            // Only `Silence` is left: `play` handles all other steps.
            _ => std::future::pending().await,
        }
    }
}

/// The microseconds since 1970 by the machine's clock.
fn microseconds_since_1970() -> u128 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_micros()
}
