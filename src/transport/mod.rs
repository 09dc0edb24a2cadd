//! The seam between a source and what carries its events.

mod browser;
#[cfg(feature = "fetch")]
pub(crate) mod fetch;
mod frame;

use std::{any::Any, rc::Rc, time::Duration};

pub(crate) use browser::{Browser, BrowserConnector};
#[cfg(feature = "fetch")]
pub(crate) use fetch::FetchConnector;
pub(crate) use frame::{Data, Frame};

use wasm_bindgen::{JsCast, JsValue};

use crate::{Error, event::Provenance, policy::machine::Outlook};

/// Makes the connections of one source, one after the other.
pub(crate) trait Connector {
    /// Starts an attempt. What comes of it is told to `sink`, from the event loop: never before this returns.
    ///
    /// `last_event_id` is where to go on from; empty on the first attempt and where there was no id.
    fn connect(&self, last_event_id: &str, sink: Sink) -> Result<Box<dyn Transport>, Error>;

    /// Where the source is to go on from, as the user has it.
    fn position(&self) -> Option<Provenance> {
        None
    }

    /// Whether another connection may take the place of one that the transport makes again by itself, and go on from
    /// there.
    fn may_replace(&self, _last_event_id: &str) -> bool {
        false
    }

    /// Whether the request is safe to be made more than once.
    fn is_repeatable(&self) -> bool {
        true
    }
}

/// One connection. Dropping it closes it, and nothing reaches the sink any more.
pub(crate) trait Transport {
    /// Reports frames of this name from now on. Others need not be reported.
    fn listen(&self, name: &str);

    /// Ends what [`listen`](Self::listen) began.
    fn unlisten(&self, name: &str);

    /// Tells of every event that has an id of its own from now on, also where nobody listens to it.
    fn tell_all_ids(&self) {}

    /// For the way out to the raw object behind it.
    fn as_any(&self) -> &dyn Any;
}

pub(crate) type Sink = Rc<dyn Fn(Signal<'_>)>;

/// What a connection reports.
#[derive(Debug)]
#[cfg_attr(
    not(feature = "fetch"),
    allow(dead_code, reason = "the browser's own source does not tell all of it")
)]
pub(crate) enum Signal<'a> {
    Opened,
    Frame(Frame<'a>),
    /// Something came that nobody listens to: comments, and events where `is_event`. The last event id may have moved on.
    Unheard {
        is_event: bool,
        moved_to: Option<Provenance>,
    },
    /// The server has set the reconnection time.
    Retry(Duration),
    /// There is no connection any more.
    Lost {
        error: Error,
        outlook: Outlook,
    },
    /// There is no connection any more, and the server wants no other.
    Finished,
}

/// Why the browser does not take this URL.
fn refused_url(url: &str, exception: &JsValue) -> Error {
    let error = exception.dyn_ref::<js_sys::Error>();
    if error.is_some_and(|error| error.name() == "ReferenceError") {
        return Error::Unsupported;
    }
    Error::InvalidUrl {
        url: url.to_owned(),
        message: exception_message(exception),
    }
}

/// What an exception of the browser says.
pub(crate) fn exception_message(exception: &JsValue) -> String {
    match exception.dyn_ref::<js_sys::Error>() {
        Some(error) => error.message().into(),
        None => exception
            .as_string()
            .unwrap_or_else(|| format!("{exception:?}")),
    }
}
