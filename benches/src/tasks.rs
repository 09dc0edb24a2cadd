//! What a contender in Rust does in each task. `tasks.js` has the same for those in JavaScript.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures::channel::oneshot;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsError;

use crate::{
    clients::Client,
    clock::{now, now_since_1970},
    payloads::{Checksum, Price, Tick},
};

/// The result of receiving events.
pub(crate) struct Received {
    /// The milliseconds up to the last event.
    pub(crate) elapsed: f64,
    /// The sum of the checksums.
    pub(crate) sum: f64,
}

/// Receives `count` events of one name.
pub(crate) async fn events<C, T>(url: &str, name: &str, count: u32) -> Result<Received, JsError>
where
    C: Client,
    T: DeserializeOwned + Checksum + 'static,
{
    let start = now();
    let sum = Rc::new(Cell::new(0.0));
    let total = Rc::clone(&sum);
    let add = move |value: T| total.set(total.get() + value.checksum());
    let last = receive::<C, T>(url, name, count, add).await?;
    Ok(Received {
        elapsed: last - start,
        sum: sum.get(),
    })
}

/// Receives `count` events that carry when they were sent. Returns for each the milliseconds since the server sent it.
pub(crate) async fn latencies<C: Client>(
    url: &str,
    name: &str,
    count: u32,
) -> Result<Vec<f64>, JsError> {
    let latencies = Rc::new(RefCell::new(Vec::with_capacity(count as usize)));
    let kept = Rc::clone(&latencies);
    let keep = move |tick: Tick| {
        let latency = now_since_1970() - tick.sent / 1000.0;
        kept.borrow_mut().push(latency);
    };
    receive::<C, Tick>(url, name, count, keep).await?;
    Ok(latencies.take())
}

/// Opens a source, receives one event and closes the source, `count` times. Returns the milliseconds that this took.
pub(crate) async fn time_cycles<C: Client>(
    url: &str,
    name: &str,
    count: u32,
) -> Result<f64, JsError> {
    let start = now();
    for done in 0..count {
        // A URL for each, since sources of one URL open at a bounded rate.
        receive::<C, Price>(&format!("{url}#{done}"), name, 1, |_| ()).await?;
    }
    Ok(now() - start)
}

/// Listens until `count` events have arrived, then closes the source. Returns the time of the last event.
async fn receive<C, T>(
    url: &str,
    name: &str,
    count: u32,
    mut handle: impl FnMut(T) + 'static,
) -> Result<f64, JsError>
where
    C: Client,
    T: DeserializeOwned + 'static,
{
    let (done, all_received) = oneshot::channel();
    let (mut done, mut seen) = (Some(done), 0);
    let source = C::listen(url, name, move |value| {
        if seen < count {
            handle(value);
        }
        seen += 1;
        if seen == count
            && let Some(done) = done.take()
        {
            // This fails only if the task was dropped.
            let _ = done.send(now());
        }
    })?;
    let last = all_received.await?;
    drop(source);
    Ok(last)
}
