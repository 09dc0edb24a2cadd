//! The functions that the page calls. Tasks and answers are JSON, of the same form as those of the client in JavaScript.

mod chaos;
mod collector;
mod hostile;
mod soak;

pub use chaos::follow;
pub use hostile::attack;
pub use soak::{Flood, cycles, slow};

use serde::{Serialize, de::DeserializeOwned};
use typed_eventsource::{EventSource, EventSourceBuilder, Fetch};
use wasm_bindgen::{JsError, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn error(message: &str);
}

/// Writes the message of a panic to the console.
#[wasm_bindgen(start)]
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| error(&panic.to_string())));
}

fn parse_task<T: DeserializeOwned>(task: &str) -> Result<T, JsError> {
    Ok(serde_json::from_str(task)?)
}

fn to_json(answer: &impl Serialize) -> Result<String, JsError> {
    Ok(serde_json::to_string(answer)?)
}

/// A source on the transport of this name.
fn builder(url: &str, transport: &str) -> EventSourceBuilder {
    let builder = EventSource::builder(url);
    if transport == "fetch" {
        builder.fetch(Fetch::new())
    } else {
        builder
    }
}
