//! What each contender is asked to do.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures::channel::oneshot;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsError;

use crate::{
    clock::{now, now_since_1970},
    contenders::Contender,
    payloads::{Price, Tick, Weigh},
};

/// How long it took to hear all events, and what their weights sum up to.
pub(crate) struct Heard {
    pub(crate) elapsed: f64,
    pub(crate) sum: f64,
}

/// Hears so many events of one name.
pub(crate) async fn events<C, T>(url: &str, name: &str, count: u32) -> Result<Heard, JsError>
where
    C: Contender,
    T: DeserializeOwned + Weigh + 'static,
{
    let start = now();
    let sum = Rc::new(Cell::new(0.0));
    let total = Rc::clone(&sum);
    let add = move |value: T| total.set(total.get() + value.weight());
    let last = hear::<C, T>(url, name, count, add).await?;
    Ok(Heard {
        elapsed: last - start,
        sum: sum.get(),
    })
}

/// Hears so many ticks; for each the milliseconds since it was sent.
pub(crate) async fn delays<C: Contender>(
    url: &str,
    name: &str,
    count: u32,
) -> Result<Vec<f64>, JsError> {
    let delays = Rc::new(RefCell::new(Vec::with_capacity(count as usize)));
    let kept = Rc::clone(&delays);
    let keep = move |tick: Tick| {
        let delay = now_since_1970() - tick.sent / 1000.0;
        kept.borrow_mut().push(delay);
    };
    hear::<C, Tick>(url, name, count, keep).await?;
    Ok(delays.take())
}

/// Opens, hears one event and closes, so many times over; the milliseconds of it all.
pub(crate) async fn cycles<C: Contender>(
    url: &str,
    name: &str,
    count: u32,
) -> Result<f64, JsError> {
    let start = now();
    for done in 0..count {
        // A URL for each, since sources of one URL open at a bounded rate.
        hear::<C, Price>(&format!("{url}#{done}"), name, 1, |_| ()).await?;
    }
    Ok(now() - start)
}

/// Listens until so many events were there, then closes; the time of the last one.
async fn hear<C, T>(
    url: &str,
    name: &str,
    count: u32,
    mut each: impl FnMut(T) + 'static,
) -> Result<f64, JsError>
where
    C: Contender,
    T: DeserializeOwned + 'static,
{
    let (done, all_there) = oneshot::channel();
    let (mut done, mut seen) = (Some(done), 0);
    let source = C::listen(url, name, move |value| {
        if seen < count {
            each(value);
        }
        seen += 1;
        if seen == count
            && let Some(done) = done.take()
        {
            // Nobody waits only where the task is gone.
            let _ = done.send(now());
        }
    })?;
    let last = all_there.await?;
    drop(source);
    Ok(last)
}
