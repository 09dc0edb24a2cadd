//! `/streams/{id}`: plays a script's attempts.

use std::{collections::BTreeMap, convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use tokio::{task::yield_now, time::sleep};

use crate::{
    connection::Connection,
    control::no_such_script,
    long::Long,
    script::{Attempt, Cors, Seen, Step},
    store::{Store, Visit},
};

pub(crate) async fn play(
    State(store): State<Arc<Store>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path(id): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(running) = store.get(&id) else {
        return no_such_script(&id).into_response();
    };
    let visit = running.open(Seen {
        method: method.to_string(),
        path: uri.to_string(),
        headers: readable(&headers),
        body: String::from_utf8_lossy(&body).into_owned(),
        opened_ms: running.elapsed_ms(),
        closed_ms: None,
        closed_by: None,
    });

    let attempt = visit.attempt().clone();
    let mut response = head(&attempt, headers.get(header::ORIGIN));
    let mut player = Player::new(visit, connection);
    let mut before = attempt.before;
    if attempt.steps.first() == Some(&Step::Reset) {
        before.push(Step::Reset);
    }
    if !player.play_before(before).await {
        return player.reset().await;
    }
    if has_body(&method, response.status()) {
        player.play_next(attempt.steps);
        *response.body_mut() = player.into_body();
    } else {
        player.visit.done();
    }
    response
}

/// Answers a browser that asks whether it may make a request, as the next attempt would.
pub(crate) async fn preflight(
    State(store): State<Arc<Store>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(running) = store.get(&id) else {
        return no_such_script(&id).into_response();
    };
    let mut response = StatusCode::NO_CONTENT.into_response();
    let cors = running.preflight().cors;
    allow(cors, headers.get(header::ORIGIN), response.headers_mut());
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

fn readable(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut readable: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        readable
            .entry(name.to_string())
            .and_modify(|values| *values = format!("{values}, {value}"))
            .or_insert_with(|| value.into_owned());
    }
    readable
}

/// The response without its body.
fn head(attempt: &Attempt, origin: Option<&HeaderValue>) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(attempt.status).unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    allow(attempt.cors, origin, headers);
    // Two passes, so that a header given several times is sent several times.
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

fn allow(cors: Cors, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
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

/// Whether HTTP lets such a response have a body; hyper would drop it unplayed.
fn has_body(method: &Method, status: StatusCode) -> bool {
    method != Method::HEAD && !matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// Plays steps; dropped by hyper when the client goes away.
struct Player {
    visit: Visit,
    connection: Connection,
    steps: std::vec::IntoIter<Step>,
    long: Option<Long>,
}

impl Player {
    fn new(visit: Visit, connection: Connection) -> Self {
        Self {
            visit,
            connection,
            steps: Vec::new().into_iter(),
            long: None,
        }
    }

    fn play_next(&mut self, steps: Vec<Step>) {
        self.steps = steps.into_iter();
    }

    /// Plays what comes before the response head; false when the script was over before that.
    async fn play_before(&mut self, steps: Vec<Step>) -> bool {
        self.play_next(steps);
        let over = self.visit.running.over.clone();
        // These steps send nothing, so that the first answer is their end.
        over.run_until_cancelled(self.next_chunk()).await.is_some()
    }

    /// Resets the connection, under which hyper then drops whatever waits for this.
    async fn reset<T>(&mut self) -> T {
        self.visit.done();
        self.connection.reset();
        std::future::pending().await
    }

    fn into_body(self) -> Body {
        Body::from_stream(stream::unfold(self, |mut player| async {
            let over = player.visit.running.over.clone();
            let next = over.run_until_cancelled(player.next_chunk()).await;
            match next.flatten() {
                Some(chunk) => Some((Ok::<_, Infallible>(chunk), player)),
                None => {
                    player.visit.done();
                    None
                }
            }
        }))
    }

    /// The next bytes to send, `None` at the end.
    async fn next_chunk(&mut self) -> Option<Bytes> {
        if let Some(long) = &mut self.long
            && let Some(chunk) = long.next().await
        {
            return Some(chunk);
        }
        self.long = None;
        // hyper flushes when there is nothing to send, so that the chunk before goes out.
        yield_now().await;
        loop {
            match self.steps.next().unwrap_or(Step::End) {
                Step::Send(text) => return Some(text.into()),
                Step::SendBytes(bytes) => return Some(bytes.into()),
                Step::Pause(ms) => sleep(Duration::from_millis(ms)).await,
                Step::Wait => self.released().await,
                Step::End => return None,
                Step::Reset => self.reset().await,
                Step::Silence => std::future::pending().await,
                Step::LongHead(bytes) => {
                    self.connection.send_long_head(bytes).await;
                    self.reset().await
                }
                step => {
                    self.long = Long::start(step);
                    if let Some(long) = &mut self.long
                        && let Some(chunk) = long.next().await
                    {
                        return Some(chunk);
                    }
                }
            }
        }
    }

    async fn released(&self) {
        // The semaphore is never closed, so that this is always a permit.
        if let Ok(permit) = self.visit.running.releases.acquire().await {
            permit.forget();
        }
    }
}
