//! Events, states and errors as JavaScript has them.

use std::error::Error as _;

use js_sys::{Function, JsString};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use crate::{
    CloseReason, DecodeError, Error, State, UndecodedEvent,
    transport::{Frame, JsData, exception_message},
};

/// What `JSON.parse` says of data that is no JSON.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct JsonError(String);

/// Hands a frame to a handler, its data parsed by the browser's own `JSON.parse`. The text does not come into wasm unless
/// it is wrong.
pub(super) fn hand_over(
    handler: &Function,
    name: &JsValue,
    frame: &Frame<'_>,
) -> Result<(), DecodeError> {
    let is_json = match frame.to_js() {
        JsData::Whole { text, provenance } => hand_over_whole(handler, name, &text, &provenance),
        JsData::Slices {
            of,
            text,
            last_event_id: id,
            origin,
        } => hand_over_slices(
            handler, name, of, text.start, text.end, id.start, id.end, &origin,
        ),
    };
    if is_json {
        return Ok(());
    }
    let event = frame.event();
    let error = JsonError(exception_message(&exception_of_json(event.data)));
    Err(DecodeError::new::<JsValue>(&event, error))
}

#[wasm_bindgen(module = "/src/npm/event.js")]
extern "C" {
    #[wasm_bindgen(js_name = handOver)]
    fn hand_over_whole(
        handler: &Function,
        name: &JsValue,
        text: &JsValue,
        provenance: &JsValue,
    ) -> bool;

    #[wasm_bindgen(js_name = handOverSlices)]
    fn hand_over_slices(
        handler: &Function,
        name: &JsValue,
        of: &JsString,
        start: u32,
        end: u32,
        id_start: u32,
        id_end: u32,
        origin: &JsValue,
    ) -> bool;

    #[wasm_bindgen(js_name = exceptionOfJson)]
    fn exception_of_json(text: &str) -> JsValue;

    /// Hands an exception to the global error handler, as the DOM does with those of its listeners.
    pub(super) fn report(exception: &JsValue);
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = js_sys::Object, js_name = Object)]
    type JsEvent;
    #[wasm_bindgen(method, setter, structural)]
    fn set_name(this: &JsEvent, name: &JsValue);
    #[wasm_bindgen(method, setter, structural)]
    fn set_data(this: &JsEvent, data: &JsValue);
    #[wasm_bindgen(method, setter, structural, js_name = lastEventId)]
    fn set_last_event_id(this: &JsEvent, id: &JsValue);
    #[wasm_bindgen(method, setter, structural)]
    fn set_origin(this: &JsEvent, origin: &JsValue);

    #[wasm_bindgen(extends = js_sys::Error, js_name = Error)]
    type JsError;
    #[wasm_bindgen(method, setter, structural, js_name = code)]
    fn set_code(this: &JsError, code: &str);
    #[wasm_bindgen(method, setter, structural, js_name = event)]
    fn set_event(this: &JsError, event: &JsValue);
    #[wasm_bindgen(method, setter, structural, js_name = count)]
    fn set_count(this: &JsError, count: u32);
    #[wasm_bindgen(method, setter, structural, js_name = status)]
    fn set_status(this: &JsError, status: u16);
    #[wasm_bindgen(method, setter, structural, js_name = contentType)]
    fn set_content_type(this: &JsError, content_type: Option<&str>);
    #[wasm_bindgen(method, setter, structural, js_name = body)]
    fn set_body(this: &JsError, body: &str);
}

fn undecoded_to_js(event: &UndecodedEvent) -> JsValue {
    let [name, data, id, origin] = [
        event.name(),
        &event.data,
        event.last_event_id(),
        event.origin(),
    ]
    .map(JsValue::from_str);
    let object: JsEvent = js_sys::Object::new().unchecked_into();
    object.set_name(&name);
    object.set_data(&data);
    object.set_last_event_id(&id);
    object.set_origin(&origin);
    object.into()
}

pub(super) fn error_to_js(error: &Error) -> JsValue {
    let js: JsError = js_sys::Error::new(&message(error)).unchecked_into();
    js.set_name("EventSourceError");
    js.set_code(code(error));
    match error {
        Error::Decode(error) => {
            js.set_event(&undecoded_to_js(error.event()));
        }
        Error::TooMany { count, last } => {
            js.set_count(*count);
            js.set_cause(&error_to_js(last));
        }
        Error::DownTooLong { last, .. } => js.set_cause(&error_to_js(last)),
        Error::Status {
            status,
            content_type,
            body,
            ..
        } => {
            js.set_status(*status);
            js.set_content_type(content_type.as_deref());
            js.set_body(body);
        }
        Error::ContentType {
            content_type, body, ..
        } => {
            js.set_content_type(content_type.as_deref());
            js.set_body(body);
        }
        _ => {}
    }
    js.into()
}

fn message(error: &Error) -> String {
    match (error, error.source()) {
        // Here it is not the type that matters, which is always the same and unknown to JavaScript.
        (Error::Decode(error), Some(source)) => {
            format!(
                "the data of event {:?} is no JSON: {source}",
                error.event().name()
            )
        }
        (Error::InvalidEventName { .. }, _) => error
            .to_string()
            .replace("on_state", "onState")
            .replace("on_error", "onError"),
        (Error::TooMany { count, last }, _) => {
            format!("{count} times in a row is too often: {}", message(last))
        }
        (Error::DownTooLong { limit, last }, _) => {
            format!("the source has been down for {limit:?}: {}", message(last))
        }
        _ => error.to_string(),
    }
}

fn code(error: &Error) -> &'static str {
    match error {
        Error::InvalidUrl { .. } => "invalid-url",
        Error::Unsupported => "unsupported",
        Error::InvalidRequest { .. } => "invalid-request",
        Error::InvalidEventName { .. } => "invalid-event-name",
        Error::NotAnEnum { .. } => "not-an-enum",
        Error::ConnectionLost { .. } => "connection-lost",
        Error::GivenUp { .. } => "given-up",
        Error::Headers { .. } => "headers",
        Error::Status { .. } => "status",
        Error::ContentType { .. } => "content-type",
        Error::EventTooLarge { .. } => "event-too-large",
        Error::Suspended => "suspended",
        Error::Decode(_) => "decode",
        Error::OpenTimeout { .. } => "open-timeout",
        Error::Idle { .. } => "idle",
        Error::TooMany { .. } => "too-many",
        Error::DownTooLong { .. } => "down-too-long",
        Error::QueueOverflow { .. } => "queue-overflow",
    }
}

#[derive(Serialize)]
#[serde(
    tag = "type",
    rename_all = "lowercase",
    rename_all_fields = "camelCase"
)]
enum JsState {
    Connecting,
    Open,
    Waiting {
        attempt: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_in: Option<f64>,
    },
    Closed {
        reason: JsCloseReason,
    },
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum JsCloseReason {
    Finished,
    Requested,
    Dropped,
    Policy {
        #[serde(with = "serde_wasm_bindgen::preserve")]
        error: JsValue,
    },
}

pub(super) fn state_to_js(state: &State) -> JsValue {
    let state = match state {
        State::Connecting => JsState::Connecting,
        State::Open => JsState::Open,
        State::Waiting { attempt, retry_in } => JsState::Waiting {
            attempt: *attempt,
            retry_in: retry_in.map(|delay| delay.as_secs_f64() * 1000.0),
        },
        State::Closed(reason) => JsState::Closed {
            reason: match reason {
                CloseReason::Finished => JsCloseReason::Finished,
                CloseReason::Requested => JsCloseReason::Requested,
                CloseReason::Dropped => JsCloseReason::Dropped,
                CloseReason::Policy(error) => JsCloseReason::Policy {
                    error: error_to_js(error),
                },
            },
        },
    };
    serde_wasm_bindgen::to_value(&state).unwrap_or(JsValue::UNDEFINED)
}
