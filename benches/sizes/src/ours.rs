//! This crate, with one listener for each feature.

use typed_eventsource::{Event, EventSource, Text};
use wasm_bindgen::JsError;

pub(crate) fn listen() -> Result<(), JsError> {
    let source = open()?;
    let notices = source.on("notice", |event: Event<Text>| crate::log(&event.data.0))?;
    #[cfg(feature = "json")]
    std::mem::forget(source.on("price", |event: Event<crate::price::Price>| {
        event.data.show();
    })?);
    #[cfg(feature = "js")]
    std::mem::forget(source.on(
        "price",
        |event: Event<typed_eventsource::Js<crate::price::Price>>| event.data.0.show(),
    )?);
    #[cfg(feature = "bytes")]
    std::mem::forget(source.on("image", image)?);
    std::mem::forget((source, notices));
    Ok(())
}

#[cfg(not(feature = "fetch"))]
fn open() -> Result<EventSource, typed_eventsource::Error> {
    EventSource::open("prices")
}

#[cfg(feature = "fetch")]
fn open() -> Result<EventSource, typed_eventsource::Error> {
    let fetch = typed_eventsource::Fetch::new();
    EventSource::builder("prices").fetch(fetch).open()
}

#[cfg(all(feature = "bytes", not(feature = "gzip")))]
fn image(event: Event<typed_eventsource::Bytes>) {
    if event.data.0.is_empty() {
        crate::log("an empty image");
    }
}

#[cfg(feature = "gzip")]
fn image(event: Event<typed_eventsource::Bytes>) {
    wasm_bindgen_futures::spawn_local(async move {
        if event.data.gunzip(1 << 20).await.is_err() {
            crate::log("a broken image");
        }
    });
}
