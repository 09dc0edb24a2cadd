//! Plays an attack of a hostile server.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use futures::{FutureExt, channel::oneshot, select};
use gloo_timers::future::sleep;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use typed_eventsource::{
    Bytes, CloseReason, Error, Event, EventSource, GunzipError, LimitAction, Listener, Payload,
    Policy, Text,
};
use typed_eventsource_test_support::code;
use wasm_bindgen::{JsError, prelude::wasm_bindgen};

use super::{builder, parse_task, to_json};

/// The most that a payload may inflate to, in bytes.
const MAX_INFLATED: usize = 1 << 20;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

#[derive(Deserialize)]
struct AttackTask {
    url: String,
    transport: String,
    /// How the data is decoded: as `text`, as `json`, or as `gzip` in base64.
    parse: String,
    /// After how many milliseconds of silence the policy closes the source.
    idle: Option<u64>,
    /// How long to wait for the outcome, in milliseconds.
    wait: u64,
}

#[derive(Serialize)]
struct AttackReport {
    outcome: &'static str,
    error: String,
    heard: u64,
    /// How long it took until the outcome, in milliseconds.
    took: f64,
}

/// Follows a stream to its end, or until the time is over, and returns the outcome.
#[wasm_bindgen]
pub async fn attack(task: &str) -> Result<String, JsError> {
    let task: AttackTask = parse_task(task)?;
    let mut policy = Policy::browser();
    if let Some(idle) = task.idle {
        policy = policy.on_idle(Duration::from_millis(idle), LimitAction::Close);
    }
    let source = builder(&task.url, &task.transport)
        .policy(policy)
        .resume_parameter("after")
        .open()?;
    let error = Rc::new(RefCell::new(String::new()));
    let last_error = Rc::clone(&error);
    let _errors = source.on_error(move |error| *last_error.borrow_mut() = code(&error).to_owned());
    let heard = Rc::new(Cell::new(0));
    let compressed = Rc::new(RefCell::new(None));
    let _messages = match &*task.parse {
        "json" => count::<Value>(&source, &heard)?,
        "gzip" => {
            let (heard, compressed) = (Rc::clone(&heard), Rc::clone(&compressed));
            source.on("message", move |event: Event<Bytes>| {
                heard.set(heard.get() + 1);
                compressed.replace(Some(event.data));
            })?
        }
        _ => count::<Text>(&source, &heard)?,
    };
    let (end, ended) = oneshot::channel();
    let mut end = Some(end);
    let _end = source.on("end", move |_: Event<Text>| {
        end.take().map(|end| end.send(()));
    })?;
    let start = now();
    let mut outcome = select! {
        reason = source.closed().fuse() => match reason {
            CloseReason::Policy(_) => "closed",
            CloseReason::Finished => "finished",
            _ => "requested",
        },
        _ = ended.fuse() => "ended",
        () = sleep(Duration::from_millis(task.wait)).fuse() => "not-closed",
    };
    let payload = compressed.take();
    if let Some(bytes) = payload {
        outcome = match bytes.gunzip(MAX_INFLATED).await {
            Ok(_) => "inflated",
            Err(GunzipError::TooLarge { .. }) => "refused",
            Err(_) => "not inflated",
        };
    }
    let took = now() - start;
    source.close();
    to_json(&AttackReport {
        outcome,
        error: error.take(),
        heard: heard.get(),
        took,
    })
}

fn count<T: Payload>(source: &EventSource, heard: &Rc<Cell<u64>>) -> Result<Listener, Error> {
    let heard = Rc::clone(heard);
    source.on("message", move |_: Event<T>| heard.set(heard.get() + 1))
}
