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

use super::{builder, read, write};

/// The most that a payload may inflate to, in bytes.
const INFLATED: usize = 1 << 20;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

#[derive(Deserialize)]
struct Attack {
    url: String,
    transport: String,
    /// How the data is decoded: as `text`, as `json`, or as `gzip` in base64.
    parse: String,
    /// In milliseconds.
    idle: Option<u64>,
    /// How long to wait for the outcome, in milliseconds.
    wait: u64,
}

#[derive(Serialize)]
struct Told {
    outcome: &'static str,
    error: String,
    heard: u64,
    /// In milliseconds.
    took: f64,
}

/// Follows a stream to its end, or until the time is over, and returns the outcome.
#[wasm_bindgen]
pub async fn attack(task: &str) -> Result<String, JsError> {
    let attack: Attack = read(task)?;
    let mut policy = Policy::browser();
    if let Some(idle) = attack.idle {
        policy = policy.on_idle(Duration::from_millis(idle), LimitAction::Close);
    }
    let source = builder(&attack.url, &attack.transport)
        .policy(policy)
        .resume_parameter("after")
        .open()?;
    let error = Rc::new(RefCell::new(String::new()));
    let told = Rc::clone(&error);
    let _errors = source.on_error(move |error| *told.borrow_mut() = code(&error).to_owned());
    let heard = Rc::new(Cell::new(0));
    let inflating = Rc::new(RefCell::new(None));
    let _messages = match &*attack.parse {
        "json" => count::<Value>(&source, &heard)?,
        "gzip" => {
            let (heard, inflating) = (Rc::clone(&heard), Rc::clone(&inflating));
            source.on("message", move |event: Event<Bytes>| {
                heard.set(heard.get() + 1);
                inflating.replace(Some(event.data));
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
        () = sleep(Duration::from_millis(attack.wait)).fuse() => "not-closed",
    };
    let bomb = inflating.take();
    if let Some(bytes) = bomb {
        outcome = match bytes.gunzip(INFLATED).await {
            Ok(_) => "inflated",
            Err(GunzipError::TooLarge { .. }) => "refused",
            Err(_) => "not inflated",
        };
    }
    let took = now() - start;
    source.close();
    write(&Told {
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
