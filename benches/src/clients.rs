//! The clients in Rust: one implementation for each way to hear events.

use futures::StreamExt;
use serde::de::DeserializeOwned;
use typed_eventsource::{Event, EventSource, Fetch, Js, Listener, Payload};
use wasm_bindgen::{JsCast, JsError, prelude::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageEvent;

/// A client of event streams.
pub(crate) trait Client {
    /// Dropping it closes the source.
    type Source;

    /// Opens a source and hands over each event of one name, decoded.
    fn listen<T: DeserializeOwned + 'static>(
        url: &str,
        name: &str,
        take: impl FnMut(T) + 'static,
    ) -> Result<Self::Source, JsError>;
}

/// This crate over the browser's own `EventSource`.
pub(crate) struct OursByBrowser;

impl Client for OursByBrowser {
    type Source = (EventSource, Listener);

    fn listen<T: DeserializeOwned + 'static>(
        url: &str,
        name: &str,
        take: impl FnMut(T) + 'static,
    ) -> Result<Self::Source, JsError> {
        listen_to(EventSource::open(url)?, name, take)
    }
}

/// This crate over fetch.
pub(crate) struct OursByFetch;

impl Client for OursByFetch {
    type Source = (EventSource, Listener);

    fn listen<T: DeserializeOwned + 'static>(
        url: &str,
        name: &str,
        take: impl FnMut(T) + 'static,
    ) -> Result<Self::Source, JsError> {
        listen_to(open_by_fetch(url)?, name, take)
    }
}

fn open_by_fetch(url: &str) -> Result<EventSource, typed_eventsource::Error> {
    EventSource::builder(url).fetch(Fetch::new()).open()
}

fn listen_to<T: Payload>(
    source: EventSource,
    name: &str,
    mut take: impl FnMut(T) + 'static,
) -> Result<(EventSource, Listener), JsError> {
    let listener = source.on(name, move |event: Event<T>| take(event.data))?;
    Ok((source, listener))
}

/// This crate over the browser's own `EventSource`, with data that the browser parses.
pub(crate) struct OursByBrowserJs;

impl Client for OursByBrowserJs {
    type Source = (EventSource, Listener);

    fn listen<T: DeserializeOwned + 'static>(
        url: &str,
        name: &str,
        mut take: impl FnMut(T) + 'static,
    ) -> Result<Self::Source, JsError> {
        listen_to(EventSource::open(url)?, name, move |Js(data)| take(data))
    }
}

/// This crate over fetch, with data that the browser parses.
pub(crate) struct OursByFetchJs;

impl Client for OursByFetchJs {
    type Source = (EventSource, Listener);

    fn listen<T: DeserializeOwned + 'static>(
        url: &str,
        name: &str,
        mut take: impl FnMut(T) + 'static,
    ) -> Result<Self::Source, JsError> {
        listen_to(open_by_fetch(url)?, name, move |Js(data)| take(data))
    }
}

/// The browser's own `EventSource` by web-sys, without a library.
pub(crate) struct WebSys;

/// The browser's source with its listener. The source closes when this is dropped.
pub(crate) struct WebSysSource {
    source: web_sys::EventSource,
    _listener: Closure<dyn FnMut(MessageEvent)>,
}

impl Drop for WebSysSource {
    fn drop(&mut self) {
        self.source.close();
    }
}

impl Client for WebSys {
    type Source = WebSysSource;

    fn listen<T: DeserializeOwned + 'static>(
        url: &str,
        name: &str,
        mut take: impl FnMut(T) + 'static,
    ) -> Result<Self::Source, JsError> {
        let refused = |_| JsError::new("the browser refuses the URL or the listener");
        let source = web_sys::EventSource::new(url).map_err(refused)?;
        let listener = Closure::new(move |event: MessageEvent| {
            let data = event.data().as_string().unwrap_or_default();
            if let Ok(value) = serde_json::from_str(&data) {
                take(value);
            }
        });
        let callback = listener.as_ref().unchecked_ref();
        source
            .add_event_listener_with_callback(name, callback)
            .map_err(refused)?;
        Ok(WebSysSource {
            source,
            _listener: listener,
        })
    }
}

/// gloo-net. Its stream yields the DOM's events, which this decodes as its users do.
pub(crate) struct Gloo;

impl Client for Gloo {
    type Source = gloo_net::eventsource::futures::EventSource;

    fn listen<T: DeserializeOwned + 'static>(
        url: &str,
        name: &str,
        mut take: impl FnMut(T) + 'static,
    ) -> Result<Self::Source, JsError> {
        let mut source = gloo_net::eventsource::futures::EventSource::new(url)?;
        let mut events = source.subscribe(name)?;
        spawn_local(async move {
            while let Some(Ok((_, event))) = events.next().await {
                let data = event.data().as_string().unwrap_or_default();
                match serde_json::from_str(&data) {
                    Ok(value) => take(value),
                    Err(_) => break,
                }
            }
        });
        Ok(source)
    }
}
