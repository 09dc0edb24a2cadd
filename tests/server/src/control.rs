//! `/scripts/{id}` and `/attacks`: the handlers that put, release, watch and delete scripts, and list the attacks.

use std::{fmt::Display, sync::Arc, time::Duration};

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderName, StatusCode, header},
    response::IntoResponse,
};
use serde::Deserialize;
use tokio::time::sleep;

use crate::{
    attacks::{ATTACKS, Attack, Sizes},
    script::{Script, SeenAttempt},
    store::Store,
};

/// How long `seen` waits at most until the server saw what the query asks for.
const LONG_POLL: Duration = Duration::from_secs(10);
const NO_STORE: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

type Refusal = (StatusCode, String);

pub(crate) fn no_such_script(id: &str) -> Refusal {
    let hint = format!("no script {id:?}: put one with PUT /scripts/{id}\n");
    (StatusCode::NOT_FOUND, hint)
}

/// The query of a `PUT`: the attack to play instead of a script in the body.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutQuery {
    attack: Option<String>,
}

pub(crate) async fn put(
    State(store): State<Arc<Store>>,
    Path(id): Path<String>,
    Query(PutQuery { attack }): Query<PutQuery>,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    if let Some(name) = attack {
        let attack = Attack::named(&name).ok_or_else(|| {
            let hint = format!("no attack {name:?}: GET /attacks lists all attacks\n");
            (StatusCode::NOT_FOUND, hint)
        })?;
        store.put(id, attack.script(Sizes::TESTS));
        return Ok(StatusCode::NO_CONTENT);
    }
    let refuse = |problem: &dyn Display| {
        let text = format!("this script cannot be played: {problem}\n");
        (StatusCode::BAD_REQUEST, text)
    };
    let script: Script = serde_json::from_slice(&body).map_err(|error| refuse(&error))?;
    script.check().map_err(|problem| refuse(&problem))?;
    store.put(id, script);
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn delete(
    State(store): State<Arc<Store>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    if store.delete(&id) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(no_such_script(&id))
    }
}

pub(crate) async fn release(
    State(store): State<Arc<Store>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let running = store.get(&id).ok_or_else(|| no_such_script(&id))?;
    running.releases.add_permits(1);
    Ok(StatusCode::NO_CONTENT)
}

/// The query of `seen`: how many attempts and how many closed attempts it waits for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Awaited {
    attempts: usize,
    closed: usize,
}

impl Awaited {
    fn is_met(&self, seen: &[SeenAttempt]) -> bool {
        let closed = seen
            .iter()
            .filter(|attempt| attempt.closed_ms.is_some())
            .count();
        seen.len() >= self.attempts && closed >= self.closed
    }
}

pub(crate) async fn seen(
    State(store): State<Arc<Store>>,
    Path(id): Path<String>,
    Query(awaited): Query<Awaited>,
) -> Result<impl IntoResponse, Refusal> {
    let running = store.get(&id).ok_or_else(|| no_such_script(&id))?;
    let mut changes = running.attempts.subscribe();
    let met = tokio::select! {
        biased;
        met = changes.wait_for(|seen| awaited.is_met(seen)) => met.is_ok(),
        () = running.over.cancelled() => false,
        () = sleep(LONG_POLL) => false,
    };
    let status = if met {
        StatusCode::OK
    } else {
        StatusCode::GATEWAY_TIMEOUT
    };
    Ok((status, NO_STORE, Json(running.seen())))
}

/// Answers with the table of attacks.
pub(crate) async fn attacks() -> impl IntoResponse {
    (NO_STORE, Json(ATTACKS.as_slice()))
}
