//! What a source needs of its surroundings: a clock, a timer, dice and a place to tell of errors that nobody hears.

use std::{any::Any, time::Duration};

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use js_sys::Date;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::EventTarget;

use crate::Error;

pub(crate) trait Host {
    /// The time since a fixed moment; never goes back.
    fn now(&self) -> Duration;

    /// A random number from 0 (included) to 1 (excluded).
    fn random(&self) -> f64;

    /// Calls back once, about then, with how late that is. It may be early where the wait is long.
    fn after(&self, delay: Duration, callback: Box<dyn FnOnce(Duration)>) -> Guard;

    /// Calls back once, soon, from the event loop: nothing else runs then.
    fn soon(&self, callback: Box<dyn FnOnce()>) -> Guard;

    /// Calls back whenever the network has come back.
    fn on_online(&self, callback: Box<dyn Fn()>) -> Guard;

    /// Tells of an error that nobody listened to.
    fn report(&self, error: &Error);
}

/// Dropping it takes the callback back.
pub(crate) type Guard = Box<dyn Any>;

/// Any global scope of a browser that has an event loop: a window, a dedicated or a shared worker.
pub(crate) struct BrowserHost;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

impl Host for BrowserHost {
    fn now(&self) -> Duration {
        Duration::try_from_secs_f64(performance_now() / 1000.0).unwrap_or_default()
    }

    fn random(&self) -> f64 {
        js_sys::Math::random()
    }

    fn after(&self, delay: Duration, callback: Box<dyn FnOnce(Duration)>) -> Guard {
        // Timers of browsers hold a signed 32-bit number of milliseconds; rounded up, since one that is early is in vain.
        let milliseconds = delay.as_nanos().div_ceil(1_000_000).min(i32::MAX as u128) as u32;
        // The time of day goes on while a machine sleeps, which that of `performance` does not everywhere.
        let due = Date::now() + f64::from(milliseconds);
        Box::new(Timeout::new(milliseconds, move || {
            let late = (Date::now() - due) / 1000.0;
            callback(Duration::try_from_secs_f64(late).unwrap_or_default());
        }))
    }

    fn soon(&self, callback: Box<dyn FnOnce()>) -> Guard {
        Box::new(Timeout::new(0, callback))
    }

    fn on_online(&self, callback: Box<dyn Fn()>) -> Guard {
        let global: EventTarget = js_sys::global().unchecked_into();
        Box::new(EventListener::new(&global, "online", move |_| callback()))
    }

    fn report(&self, error: &Error) {
        web_sys::console::error_1(&JsValue::from_str(&format!("typed-eventsource: {error}")));
    }
}
