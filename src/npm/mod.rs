//! The JavaScript class that the npm package exports.

mod convert;
mod fetch;
mod options;
mod policy;

use js_sys::Function;
use wasm_bindgen::{JsValue, closure::Closure, prelude::wasm_bindgen};

use crate::{EventSource, Listener};
use convert::{error_to_js, hand_over, report, state_to_js};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");

#[wasm_bindgen]
extern "C" {
    /// The DOM takes a `URL` as well as a string.
    #[wasm_bindgen(js_name = String)]
    fn to_string(value: &JsValue) -> String;
}

#[wasm_bindgen(js_name = EventSource, skip_typescript)]
#[derive(Debug)]
struct JsEventSource {
    source: EventSource,
}

#[wasm_bindgen(js_class = EventSource)]
#[expect(
    unreachable_pub,
    reason = "what is public here is exported to JavaScript"
)]
impl JsEventSource {
    #[wasm_bindgen(constructor)]
    pub fn new(url: &JsValue, options: JsValue) -> Result<Self, JsValue> {
        let source = options::builder(to_string(url), options)?
            .open()
            .map_err(|error| error_to_js(&error))?;
        Ok(Self { source })
    }

    pub fn on(&self, name: &str, handler: Function) -> Result<JsValue, JsValue> {
        let js_name = JsValue::from_str(name);
        self.source
            .on_frame(name, move |frame| hand_over(&handler, &js_name, frame))
            .map(|listener| self.keep(listener))
            .map_err(|error| error_to_js(&error))
    }

    #[wasm_bindgen(js_name = onState)]
    pub fn on_state(&self, handler: Function) -> JsValue {
        self.keep(
            self.source
                .on_state(move |state| call(&handler, &state_to_js(&state))),
        )
    }

    #[wasm_bindgen(js_name = onError)]
    pub fn on_error(&self, handler: Function) -> JsValue {
        self.keep(
            self.source
                .on_error(move |error| call(&handler, &error_to_js(error))),
        )
    }

    pub fn close(&self) {
        self.source.close();
    }

    #[wasm_bindgen(getter)]
    pub fn state(&self) -> JsValue {
        state_to_js(&self.source.state())
    }

    #[wasm_bindgen(getter)]
    pub fn url(&self) -> String {
        self.source.url().to_owned()
    }

    #[wasm_bindgen(getter, js_name = lastEventId)]
    pub fn last_event_id(&self) -> String {
        self.source.last_event_id()
    }

    /// Lets the listener listen until the function that this returns is called, or the source closes. By the standard,
    /// an open source that has listeners is not collected, whoever else knows it.
    fn keep(&self, listener: Listener) -> JsValue {
        let kept = self.source.keep(listener);
        Closure::<dyn Fn()>::new(move || kept.let_go()).into_js_value()
    }
}

fn call(handler: &Function, argument: &JsValue) {
    if let Err(exception) = handler.call1(&JsValue::UNDEFINED, argument) {
        report(&exception);
    }
}
