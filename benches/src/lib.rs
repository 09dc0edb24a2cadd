//! The contenders in Rust, as the benchmark's page calls them.
#![cfg(target_family = "wasm")]

use std::{cell::Cell, rc::Rc};

use futures::channel::oneshot;
use serde::Deserialize;
use typed_eventsource::{Event, EventSource};
use wasm_bindgen::{JsError, prelude::wasm_bindgen};

#[derive(Deserialize)]
struct Price {
    #[serde(rename = "symbol")]
    _symbol: String,
    price: f64,
    #[serde(rename = "change")]
    _change: f64,
    #[serde(rename = "volume")]
    _volume: u64,
    #[serde(rename = "time")]
    _time: u64,
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn now() -> f64;
}

/// Listens to so many typed events; the milliseconds from the first one to the last.
#[wasm_bindgen(js_name = typedListener)]
pub async fn typed_listener(url: String, count: u32) -> Result<f64, JsError> {
    let source = EventSource::open(url)?;
    let (done, all_there) = oneshot::channel();
    let mut done = Some(done);
    let (mut seen, mut first, sum) = (0, 0.0, Rc::new(Cell::new(0.0)));
    let total = Rc::clone(&sum);
    let _listener = source.on("price", move |event: Event<Price>| {
        if seen == 0 {
            first = now();
        }
        seen += 1;
        total.set(total.get() + event.data.price);
        if seen == count
            && let Some(done) = done.take()
        {
            let _ = done.send(now() - first);
        }
    })?;
    let elapsed = all_there.await?;
    source.close();
    assert!(sum.get() > 0.0, "the prices are not used");
    Ok(elapsed)
}
