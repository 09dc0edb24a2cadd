//! Transports, which carry the events of a source: the boundary between a source and the browser.

#[cfg(feature = "fetch")]
mod asked;
mod blocks;
mod browser;
#[cfg(any(test, feature = "testing"))]
pub(crate) mod fake;
#[cfg(feature = "fetch")]
pub(crate) mod fetch;
mod frame;
mod leaving;
mod user_agent;

use std::{rc::Rc, sync::Arc};

#[cfg(any(test, feature = "fetch", feature = "testing"))]
use typed_eventsource_core::Timestamp;
use typed_eventsource_core::{FailureClass, Loss, Span};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Url;

#[cfg(feature = "fetch")]
use crate::ResponseHead;
use crate::{
    Error, UndecodedEvent,
    attempt::Attempt,
    event::EventMeta,
    sys::{self, Exception, exception_message},
};
#[cfg(feature = "fetch")]
pub(crate) use asked::UrlFunction;
#[cfg(any(test, feature = "testing"))]
use fake::{FakeConnector, FakeTransport};
#[cfg(feature = "fetch")]
use {
    asked::AskedSource,
    fetch::{FetchConnector, FetchTransport},
};
pub(crate) use {
    browser::BrowserConnector,
    frame::{Frame, FrameData},
};

use browser::BrowserTransport;

/// Creates the connections of one source, one after the other.
pub(crate) enum Connector {
    Browser(BrowserConnector),
    #[cfg(feature = "fetch")]
    Fetch(FetchConnector),
    #[cfg(any(test, feature = "testing"))]
    Fake(FakeConnector),
}

/// One connection. Dropping it closes it. Nothing reaches the sink after that.
pub(crate) enum Transport {
    Browser(BrowserTransport),
    #[cfg(feature = "fetch")]
    Asked(Box<dyn AskedSource>),
    #[cfg(feature = "fetch")]
    Fetch(FetchTransport),
    #[cfg(any(test, feature = "testing"))]
    Fake(FakeTransport),
}

/// Where a connection reports what happens to it.
pub(crate) type Sink = Rc<dyn Fn(TransportEvent<'_>)>;

/// What happens to a connection.
#[derive(Debug)]
#[cfg_attr(
    not(any(test, feature = "fetch", feature = "testing")),
    expect(
        dead_code,
        reason = "the browser's own source does not report all of it"
    )
)]
pub(crate) enum TransportEvent<'a> {
    /// A request is made that the browser would not make.
    #[cfg(feature = "fetch")]
    Asks,
    /// The user's function has answered, and a request is sent next.
    #[cfg(feature = "fetch")]
    Requested {
        is_safe: bool,
    },
    /// The browser's own source is open.
    Opened,
    /// The server has answered with an event stream.
    #[cfg(feature = "fetch")]
    Answered(ResponseHead),
    Event(&'a Frame<'a>),
    /// Nobody listens to events of this name, or this one has no data. A connection says so of one event at the most.
    #[cfg(feature = "fetch")]
    Unheard {
        name: &'a str,
    },
    /// Something arrived that has no listeners: an event if `is_event`, or else anything. The last event id may have
    /// changed.
    Unlistened {
        is_event: bool,
        meta: Option<EventMeta>,
    },
    /// A part of the response is read next, which came at this time. It is not kept waiting.
    #[cfg(any(test, feature = "fetch", feature = "testing"))]
    Read {
        bytes: usize,
        at: Timestamp,
    },
    /// The server has set the reconnection time.
    Retry(Span),
    /// The connection was lost.
    Lost {
        error: Error,
        loss: Loss,
    },
    /// The response has ended. That is the error if more was to come.
    BodyEnded {
        error: Error,
        /// Whether it is complete by HTTP, and has not broken off.
        is_whole: bool,
        /// What had arrived of an event that was not at its end.
        unfinished: Option<UndecodedEvent>,
    },
    /// The connection has ended, and the server wants no further attempt.
    Finished,
}

impl Connector {
    /// Starts an attempt. Its result is reported from the event loop, never before this returns.
    pub(crate) fn connect(&self, attempt: Attempt, sink: Sink) -> Result<Transport, Error> {
        Ok(match self {
            Self::Browser(browser) => {
                #[cfg(feature = "fetch")]
                if let Some(request) = browser.request() {
                    let (function, connector) = (request.function.clone(), browser.unasked());
                    let asked = (request.connect)(function, connector, attempt, sink);
                    return Ok(Transport::Asked(asked));
                }
                Transport::Browser(browser.connect(&attempt.last_event_id, sink)?)
            }
            #[cfg(feature = "fetch")]
            Self::Fetch(fetch) => Transport::Fetch(fetch.connect(attempt, sink)?),
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(fake) => Transport::Fake(fake.connect(attempt, sink)),
        })
    }

    /// Lets the consumers of streams run before a queue of this capacity is full. The browser does so for its own source.
    #[cfg_attr(
        not(feature = "fetch"),
        expect(unused_variables, reason = "the browser does so")
    )]
    pub(crate) fn yield_for_queue(&self, capacity: usize) {
        match self {
            Self::Browser(_) => {}
            #[cfg(feature = "fetch")]
            Self::Fetch(fetch) => fetch.yield_for_queue(capacity),
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(_) => {}
        }
    }

    /// The source's URL, resolved.
    pub(crate) fn url(&self) -> &Arc<str> {
        match self {
            Self::Browser(browser) => browser.url(),
            #[cfg(feature = "fetch")]
            Self::Fetch(fetch) => fetch.url(),
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(fake) => fake.url(),
        }
    }
}

impl Transport {
    /// Reports events of this name from now on. Other events need not be reported.
    pub(crate) fn listen(&self, name: &Rc<str>) {
        match self {
            Self::Browser(browser) => browser.listen(name),
            #[cfg(feature = "fetch")]
            Self::Asked(asked) => asked.listen(name),
            #[cfg(feature = "fetch")]
            Self::Fetch(fetch) => fetch.listen(name),
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(fake) => fake.listen(name),
        }
    }

    /// Ends what [`listen`](Self::listen) began.
    pub(crate) fn unlisten(&self, name: &str) {
        match self {
            Self::Browser(browser) => browser.unlisten(name),
            #[cfg(feature = "fetch")]
            Self::Asked(asked) => asked.unlisten(name),
            #[cfg(feature = "fetch")]
            Self::Fetch(fetch) => fetch.unlisten(name),
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(fake) => fake.unlisten(name),
        }
    }

    /// Reports events of any name from now on, or no longer. The browser's own source cannot do this.
    #[cfg(feature = "fetch")]
    pub(crate) fn listen_to_all(&self, listens_to_all: bool) {
        match self {
            Self::Browser(_) | Self::Asked(_) => {}
            Self::Fetch(fetch) => fetch.listen_to_all(listens_to_all),
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(fake) => fake.listen_to_all(listens_to_all),
        }
    }

    /// Reads no further, or reads on. The browser's own source cannot do this.
    #[cfg(feature = "fetch")]
    pub(crate) fn hold_back(&self, is_held_back: bool) {
        match self {
            Self::Browser(_) | Self::Asked(_) => {}
            Self::Fetch(fetch) => fetch.hold_back(is_held_back),
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(fake) => fake.hold_back(is_held_back),
        }
    }

    /// Reports the id of every event that has one from now on, even if the event has no listeners. The browser's own
    /// source cannot do this.
    pub(crate) fn report_all_ids(&self) {
        match self {
            Self::Browser(_) => {}
            #[cfg(feature = "fetch")]
            Self::Asked(_) => {}
            #[cfg(feature = "fetch")]
            Self::Fetch(fetch) => fetch.report_all_ids(),
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(_) => {}
        }
    }

    /// The URL that it asks, once it is known.
    pub(crate) fn url(&self) -> Option<Arc<str>> {
        match self {
            #[cfg(feature = "fetch")]
            Self::Fetch(fetch) => Some(fetch.url()),
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(fake) => Some(fake.url()),
            _ => self.as_raw().map(|raw| raw.url().into()),
        }
    }

    /// The browser's own source behind it, if there is one.
    pub(crate) fn as_raw(&self) -> Option<&web_sys::EventSource> {
        match self {
            Self::Browser(browser) => Some(browser.as_raw()),
            #[cfg(feature = "fetch")]
            Self::Asked(asked) => asked.as_raw(),
            #[cfg(feature = "fetch")]
            Self::Fetch(_) => None,
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(_) => None,
        }
    }
}

/// Whether there is JavaScript at all: wasm-bindgen's functions panic elsewhere.
pub(crate) fn is_javascript() -> bool {
    cfg!(all(target_family = "wasm", target_os = "unknown"))
}

/// The loss for a response that is not an event stream.
#[cfg(feature = "fetch")]
fn refused(
    url: &Arc<str>,
    response: ResponseHead,
    body: impl Into<Arc<str>>,
) -> TransportEvent<'static> {
    let class = match response.status() {
        200 => FailureClass::ContentType,
        status => FailureClass::Status(status),
    };
    let loss = Loss::Fail {
        class,
        retry_after: response.retry_after(),
    };
    let error = Error::response(Arc::clone(url), response, body);
    TransportEvent::Lost { error, loss }
}

/// The URL with the last event id in its query, if there is a parameter for it and an id.
fn resume_url(
    url: &Arc<str>,
    parameter: Option<&str>,
    last_event_id: &str,
) -> Result<Arc<str>, Error> {
    let Some(parameter) = parameter.filter(|_| !last_event_id.is_empty()) else {
        return Ok(Arc::clone(url));
    };
    let resumed = Url::new(url).map_err(|exception| refused_url(url, &exception))?;
    resumed.search_params().set(parameter, last_event_id);
    Ok(resumed.href().into())
}

/// A URL as the browser has resolved it. By the standard a host has no spaces; Chromium takes them, and escapes them.
fn valid_url(given: &str, resolved: Result<String, JsValue>) -> Result<Arc<str>, Error> {
    let resolved = resolved.map_err(|exception| refused_url(given, &exception))?;
    if Url::new(&resolved).is_ok_and(|url| has_escaped_space(&url.hostname())) {
        return Err(Error::InvalidUrl {
            url: given.into(),
            message: "a host has no spaces".into(),
        });
    }
    Ok(resolved.into())
}

/// By bytes: a search for a text takes a kilobyte of wasm.
fn has_escaped_space(host: &str) -> bool {
    host.as_bytes().windows(3).any(|bytes| bytes == b"%20")
}

/// The scheme of a URL.
fn scheme_of(url: &str) -> Option<&str> {
    url.get(..url.bytes().position(|byte| byte == b':')?)
}

/// The error for a URL that the browser refuses.
fn refused_url(url: &str, exception: &JsValue) -> Error {
    let name = exception.unchecked_ref::<Exception>().name();
    if matches!(name, Ok(Some(name)) if name == "ReferenceError") {
        return Error::Unsupported;
    }
    Error::InvalidUrl {
        url: url.into(),
        message: exception_message(exception).into(),
    }
}

/// The error for a URL that is not fetched whatever the network does, if it is one.
fn scheme_error(url: &Arc<str>) -> Option<Error> {
    let scheme = scheme_of(url)?;
    let is_fetched = match scheme {
        "http" | "https" | "blob" | "data" => true,
        "file" => false,
        // An app may be opened by its own scheme, and open others by that.
        _ => {
            let page = sys::Location::href().unwrap_or_default();
            scheme_of(&page) == Some(scheme)
        }
    };
    (!is_fetched).then(|| Error::InvalidRequest {
        url: Arc::clone(url),
        message: format!("{scheme}: URLs cannot be fetched, use http: or https:").into(),
    })
}

/// The end of a connection that would only fail again.
fn hopeless(error: Error) -> TransportEvent<'static> {
    TransportEvent::Lost {
        error,
        loss: Loss::Fail {
            class: FailureClass::Hopeless,
            retry_after: None,
        },
    }
}
