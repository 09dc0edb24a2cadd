//! The JavaScript that comes with the crate, and how its values are read and made.

use std::time::{Duration, SystemTime};

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsValue, closure::Closure, prelude::wasm_bindgen};

/// Receives an event: its name, its data, the last event id, and its origin. Returns whether other tasks should run before the next
/// one.
pub(super) type Receive = Closure<dyn Fn(String, String, String, String) -> bool>;
/// Is told what happens besides events: what it is, and a value.
pub(super) type Tell = Closure<dyn Fn(String, JsValue)>;

#[wasm_bindgen(module = "/src/source/tabs/js/typed-eventsource.js")]
extern "C" {
    pub(super) type TabsSource;

    #[wasm_bindgen(constructor, catch)]
    pub(super) fn new(
        url: &str,
        options: &JsValue,
        receive: &Receive,
        tell: &Tell,
    ) -> Result<TabsSource, JsValue>;
    #[wasm_bindgen(method, getter, js_name = lastEventId)]
    pub(super) fn last_event_id(this: &TabsSource) -> String;
    #[wasm_bindgen(method, getter)]
    pub(super) fn stats(this: &TabsSource) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub(super) fn role(this: &TabsSource) -> String;
    #[wasm_bindgen(method, getter)]
    pub(super) fn tabs(this: &TabsSource) -> usize;
    #[wasm_bindgen(method)]
    pub(super) fn listen(this: &TabsSource, name: &str);
    #[wasm_bindgen(method)]
    pub(super) fn unlisten(this: &TabsSource, name: &str);
    #[cfg(feature = "fetch")]
    #[wasm_bindgen(method, js_name = listenToAll)]
    pub(super) fn listen_to_all(this: &TabsSource, listens_to_all: bool);
    #[cfg(feature = "fetch")]
    #[wasm_bindgen(method, js_name = holdBack)]
    pub(super) fn hold_back(this: &TabsSource, is_held_back: bool);
    #[wasm_bindgen(method, js_name = listenToGaps)]
    pub(super) fn listen_to_gaps(this: &TabsSource);
    #[wasm_bindgen(method, js_name = listenToAttempts)]
    pub(super) fn listen_to_attempts(this: &TabsSource);
    #[wasm_bindgen(method)]
    pub(super) fn reconnect(this: &TabsSource);
    #[wasm_bindgen(method)]
    pub(super) fn pause(this: &TabsSource);
    #[wasm_bindgen(method)]
    pub(super) fn resume(this: &TabsSource);
    #[wasm_bindgen(method)]
    pub(super) fn close(this: &TabsSource);
}

// The worker imports the module above. Nothing here calls it: this only has wasm-bindgen put the file beside that module.
#[wasm_bindgen(module = "/src/source/tabs/js/typed-eventsource-worker.js")]
extern "C" {
    type Worker;
}

/// Reads the fields of an object.
pub(super) fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

pub(super) fn text(object: &JsValue, name: &str) -> Option<String> {
    field(object, name).as_string()
}

pub(super) fn number(object: &JsValue, name: &str) -> Option<f64> {
    field(object, name).as_f64()
}

pub(super) fn milliseconds(object: &JsValue, name: &str) -> Option<Duration> {
    let milliseconds = number(object, name)?;
    Duration::try_from_secs_f64(milliseconds / 1000.0).ok()
}

/// A time in milliseconds since 1970.
pub(super) fn time(object: &JsValue, name: &str) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(milliseconds(object, name)?)
}

/// An object that is made field by field.
#[derive(Default)]
pub(super) struct Fields(Object);

impl Fields {
    pub(super) fn with(self, name: &str, value: impl Into<JsValue>) -> Self {
        // Nothing can refuse a field of a plain object.
        let _ = Reflect::set(&self.0, &name.into(), &value.into());
        self
    }

    /// Leaves the field out if there is no value.
    pub(super) fn with_some(self, name: &str, value: Option<impl Into<JsValue>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}

impl From<Fields> for JsValue {
    fn from(fields: Fields) -> Self {
        fields.0.into()
    }
}
