//! gloo-net with serde_json, as its users write it.

use futures::StreamExt;
use gloo_net::eventsource::futures::EventSource;
use wasm_bindgen::JsError;
use wasm_bindgen_futures::spawn_local;

use crate::price::Price;

pub(crate) fn listen() -> Result<(), JsError> {
    let mut source = EventSource::new("prices")?;
    let mut prices = source.subscribe("price")?;
    spawn_local(async move {
        let _source = source;
        while let Some(Ok((_, event))) = prices.next().await {
            let data = event.data().as_string().unwrap_or_default();
            match serde_json::from_str::<Price>(&data) {
                Ok(price) => price.show(),
                Err(_) => crate::log("no price"),
            }
        }
    });
    Ok(())
}
