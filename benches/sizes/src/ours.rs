//! This crate, with one listener for each feature.

use typed_eventsource::{Event, EventSource, Text};
use wasm_bindgen::JsError;

pub(crate) fn listen() -> Result<(), JsError> {
    let source = EventSource::open("/prices")?;
    let notices = source.on("notice", |event: Event<Text>| crate::log(&event.data))?;
    #[cfg(feature = "json")]
    std::mem::forget(source.on("price", |event: Event<crate::price::Price>| {
        event.data.show();
    })?);
    #[cfg(feature = "bytes")]
    std::mem::forget(source.on("image", image)?);
    std::mem::forget((source, notices));
    Ok(())
}

#[cfg(all(feature = "bytes", not(feature = "gzip")))]
fn image(event: Event<typed_eventsource::Bytes>) {
    if event.data.is_empty() {
        crate::log("an empty image");
    }
}

#[cfg(feature = "gzip")]
fn image(event: Event<typed_eventsource::Bytes>) {
    wasm_bindgen_futures::spawn_local(async move {
        if event.data.gunzip().await.is_err() {
            crate::log("a broken image");
        }
    });
}
