//! What the npm package tells, read from its JavaScript objects.

use typed_eventsource_core::{Span, State};
use wasm_bindgen::JsValue;

use super::{
    Role,
    errors::ToldError,
    javascript::{field, milliseconds, number, text, time},
};
use crate::{
    AttemptOutcome, AttemptReason, AttemptSummary, Error, Event, UndecodedEvent, event::EventMeta,
};
#[cfg(feature = "fetch")]
use {
    crate::ResponseHead,
    js_sys::{Array, Object},
    wasm_bindgen::JsCast,
};

/// A state as it is told.
pub(super) enum TellsState {
    /// It has closed: by an error, or because the server has finished.
    Closed(Option<Error>),
    #[cfg(feature = "fetch")]
    Open(Option<ResponseHead>),
    Other(State),
}

pub(super) fn state(state: &JsValue) -> TellsState {
    let kind = text(state, "type").unwrap_or_default();
    let attempt = number(state, "attempt").unwrap_or_default() as u32;
    TellsState::Other(match &*kind {
        "closed" => {
            let error = field(&field(state, "reason"), "error");
            return TellsState::Closed((!error.is_undefined()).then(|| self::error(&error)));
        }
        #[cfg(feature = "fetch")]
        "open" => return TellsState::Open(response(&field(state, "response"))),
        #[cfg(not(feature = "fetch"))]
        "open" => State::Open,
        "waiting" => State::Waiting {
            attempt,
            retry_in: number(state, "retryIn").map(Span::from_millis_f64),
        },
        "offline" => State::Offline { attempt },
        "paused" => State::Paused,
        _ => State::Connecting,
    })
}

pub(super) fn role(role: &str) -> Role {
    match role {
        "worker" => Role::Worker,
        "leader" => Role::Leader,
        "follower" => Role::Follower,
        _ => Role::Own,
    }
}

/// An error of the package, or whatever else was thrown.
pub(super) fn error(error: &JsValue) -> Error {
    told_error(error).into()
}

fn told_error(error: &JsValue) -> ToldError {
    let code = text(error, "code").unwrap_or_default();
    let last = matches!(&*code, "too-many" | "down-too-long").then(|| field(error, "cause"));
    let event = field(error, "event");
    ToldError {
        code,
        message: text(error, "message").unwrap_or_default(),
        url: text(error, "url").unwrap_or_default().into(),
        directive: text(error, "directive").unwrap_or_default(),
        status: number(error, "status").unwrap_or_default() as u16,
        content_type: text(error, "contentType"),
        body: text(error, "body").unwrap_or_default(),
        retry_after: milliseconds(error, "retryAfter"),
        #[cfg(feature = "fetch")]
        response: response(&field(error, "response")),
        limit: number(error, "limit").unwrap_or_default(),
        after: milliseconds(error, "after").unwrap_or_default(),
        count: number(error, "count").unwrap_or_default() as u32,
        dropped: number(error, "dropped").map(|dropped| dropped as u64),
        event: event.is_object().then(|| undecoded(&event)),
        last: last.map(|last| Box::new(told_error(&last))),
    }
}

fn undecoded(event: &JsValue) -> UndecodedEvent {
    let part = |name| text(event, name).unwrap_or_default();
    let meta = EventMeta::new(&part("lastEventId"), &part("origin"));
    UndecodedEvent::from(&Event::new(&*part("data"), part("type").into(), meta))
}

#[cfg(feature = "fetch")]
pub(super) fn response(response: &JsValue) -> Option<ResponseHead> {
    let status = number(response, "status")? as u16;
    let mut headers = String::new();
    if let Some(fields) = field(response, "headers").dyn_ref::<Object>() {
        for entry in Object::entries(fields) {
            let entry = entry.unchecked_into::<Array>();
            let part = |index| entry.get(index).as_string().unwrap_or_default();
            headers += &format!("{},{}\n", part(0), part(1));
        }
    }
    let url = text(response, "url").unwrap_or_default().into();
    let redirected = field(response, "redirected").is_truthy();
    Some(ResponseHead::from_parts(status, url, redirected, headers))
}

pub(super) fn attempt(attempt: &JsValue) -> AttemptSummary {
    let failure = |name| Some(field(attempt, name)).filter(JsValue::is_object);
    AttemptSummary {
        number: number(attempt, "number").unwrap_or_default() as u32,
        reason: match &*text(attempt, "reason").unwrap_or_default() {
            "reconnection" => AttemptReason::Reconnection,
            "woken" => AttemptReason::Woken,
            "reconnect" => AttemptReason::Reconnect,
            "resumed" => AttemptReason::Resumed,
            "refreshed" => AttemptReason::Refreshed,
            "renewed" => AttemptReason::Renewed,
            _ => AttemptReason::First,
        },
        cause: failure("cause").as_ref().map(error),
        url: text(attempt, "url").unwrap_or_default().into(),
        started_at: time(attempt, "startedAt"),
        duration: milliseconds(attempt, "duration"),
        outcome: match &*text(attempt, "outcome").unwrap_or_default() {
            "opened" => AttemptOutcome::Opened,
            "finished" => AttemptOutcome::Finished,
            "refused" => AttemptOutcome::Refused,
            "failed" => AttemptOutcome::Failed,
            _ => AttemptOutcome::Aborted,
        },
        status: number(attempt, "status").map(|status| status as u16),
        error: failure("error").as_ref().map(error),
    }
}
