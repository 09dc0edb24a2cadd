//! The browser's own `EventSource`.

use std::{
    any::Any,
    cell::{OnceCell, RefCell},
    rc::Rc,
    sync::Arc,
};

use typed_eventsource_core::{FailureClass, IdField, Loss};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{EventSourceInit, MessageEvent, Request, Url};

use super::{
    Frame, FrameData, Sink, TransportEvent,
    blocks::{BLOCK_DELAY, BlockWatch},
    hopeless,
    leaving::LeaveWatch,
    refused_url, resume_url, scheme_error, user_agent, valid_url,
};
#[cfg(feature = "fetch")]
use super::{
    asked::UrlFunction,
    fetch::{FetchConnector, FetchTransport},
};
use crate::{
    Error,
    event::{EventMeta, LazyMeta},
    host::browser::{DomListener, Timeout},
    place::Place,
    sys::{self, Exception, Message},
};

/// Creates the browser's sources.
pub(crate) struct BrowserConnector {
    /// Resolved.
    url: Arc<str>,
    with_credentials: bool,
    resume_parameter: Option<String>,
    /// Is asked for the URL of each attempt.
    #[cfg(feature = "fetch")]
    request: Option<UrlFunction>,
    /// Asks why the browser has given up.
    #[cfg(feature = "fetch")]
    asker: Option<Rc<FetchConnector>>,
}

impl BrowserConnector {
    pub(crate) fn new(
        url: &str,
        with_credentials: bool,
        resume_parameter: Option<String>,
    ) -> Result<Self, Error> {
        Ok(Self {
            url: valid_url(url, resolved(url))?,
            with_credentials,
            resume_parameter,
            #[cfg(feature = "fetch")]
            request: None,
            #[cfg(feature = "fetch")]
            asker: None,
        })
    }

    /// Has this connector ask why the browser has given up.
    #[cfg(feature = "fetch")]
    pub(crate) fn with_asker(self, asker: Option<FetchConnector>) -> Self {
        Self {
            asker: asker.map(Rc::new),
            ..self
        }
    }

    /// Has this connector ask for the URL of each attempt.
    #[cfg(feature = "fetch")]
    pub(crate) fn with_request(self, request: Option<UrlFunction>) -> Self {
        Self { request, ..self }
    }

    #[cfg(feature = "fetch")]
    pub(super) fn request(&self) -> Option<&UrlFunction> {
        self.request.as_ref()
    }

    /// The same connector, which asks nobody.
    #[cfg(feature = "fetch")]
    pub(super) fn unasked(&self) -> Self {
        Self {
            url: Arc::clone(&self.url),
            with_credentials: self.with_credentials,
            resume_parameter: self.resume_parameter.clone(),
            request: None,
            asker: self.asker.clone(),
        }
    }

    #[cfg(feature = "fetch")]
    pub(super) fn with_url(self, url: &str) -> Result<Self, Error> {
        Ok(Self {
            url: valid_url(url, resolved(url))?,
            ..self
        })
    }

    pub(super) fn url(&self) -> &Arc<str> {
        &self.url
    }

    /// Creates a source of the browser. Only the browser can send the last event id as a header, so a new source sends
    /// it in the query.
    pub(super) fn connect(
        &self,
        last_event_id: &str,
        sink: Sink,
    ) -> Result<BrowserTransport, Error> {
        let url = resume_url(&self.url, self.resume_parameter.as_deref(), last_event_id)?;
        let init = EventSourceInit::new();
        init.set_with_credentials(self.with_credentials);
        let raw = web_sys::EventSource::new_with_event_source_init_dict(&url, &init)
            .map_err(|exception| refused_source(&url, &exception))?;
        let failure = Failure {
            blocks: BlockWatch::new(&raw.url().into()),
            raw: raw.clone(),
            sink: Rc::clone(&sink),
            later: Place::default(),
            #[cfg(feature = "fetch")]
            asker: self.asker.clone(),
            #[cfg(feature = "fetch")]
            asking: Place::default(),
        };
        Ok(BrowserTransport::new(raw, sink, Rc::new(failure)))
    }
}

/// The error for a URL of which the browser makes no source. WebKit makes none if the page's policy blocks it.
fn refused_source(url: &Arc<str>, exception: &JsValue) -> Error {
    let name = exception.unchecked_ref::<Exception>().name();
    if !matches!(name, Ok(Some(name)) if name == "SecurityError") {
        return refused_url(url, exception);
    }
    scheme_error(url).unwrap_or_else(|| Error::Blocked {
        url: Arc::clone(url),
        directive: "connect-src".into(),
    })
}

/// The URL as the browser would open it, resolved against the document or the worker. A `Request` knows the base URL,
/// but refuses URLs with a password, and so everything relative to one. If there is no `location` either, this is not a
/// browser.
fn resolved(url: &str) -> Result<String, JsValue> {
    match Request::new_with_str(url) {
        Ok(request) => Ok(request.url()),
        Err(_) => Ok(Url::new_with_base(url, &sys::Location::href()?)?.href()),
    }
}

/// A source of the browser, with a DOM listener for each name that has listeners.
pub(crate) struct BrowserTransport {
    messages: RefCell<Vec<DomListener>>,
    sink: Sink,
    _life: [DomListener; 2],
    _leaving: LeaveWatch,
    raw: web_sys::EventSource,
}

impl BrowserTransport {
    fn new(raw: web_sys::EventSource, sink: Sink, failure: Rc<Failure>) -> Self {
        let opened = {
            let sink = Rc::clone(&sink);
            DomListener::new(
                &raw,
                "open",
                Box::new(move |event| {
                    if !is_message(&event) {
                        sink(TransportEvent::Opened);
                    }
                }),
            )
        };
        let lost = DomListener::new(
            &raw,
            "error",
            Box::new(move |event| {
                if !is_message(&event) {
                    Failure::tell(&failure);
                }
            }),
        );
        let leaving = {
            let (sink, raw) = (Rc::clone(&sink), raw.clone());
            LeaveWatch::new(move || {
                // WebKit's source still counts as open.
                if raw.ready_state() == web_sys::EventSource::CLOSED || user_agent::is_webkit() {
                    sink(ended_by_leaving(&raw));
                }
            })
        };
        Self {
            messages: RefCell::default(),
            sink,
            _life: [opened, lost],
            _leaving: leaving,
            raw,
        }
    }

    pub(super) fn listen(&self, name: &Rc<str>) {
        let (shared_name, sink) = (Rc::clone(name), Rc::clone(&self.sink));
        // Only messages have other names.
        let is_ambiguous = matches!(&**name, "open" | "error");
        let callback = move |event: web_sys::Event| {
            if !is_ambiguous || is_message(&event) {
                receive(&shared_name, event.unchecked_into(), &sink);
            }
        };
        let listener = DomListener::new(&self.raw, name, Box::new(callback));
        self.messages.borrow_mut().push(listener);
    }

    pub(super) fn unlisten(&self, name: &str) {
        // Dropping the listener calls a function that a page may have replaced: nothing is borrowed meanwhile.
        let mut messages = self.messages.borrow_mut();
        let index = messages.iter().position(|listener| listener.name() == name);
        let listener = index.map(|index| messages.swap_remove(index));
        drop(messages);
        drop(listener);
    }

    pub(super) fn as_raw(&self) -> &web_sys::EventSource {
        &self.raw
    }
}

impl Drop for BrowserTransport {
    fn drop(&mut self) {
        self.raw.close();
    }
}

/// Passes on a message event. Its fields are read on request.
fn receive(name: &Rc<str>, message: Message, sink: &Sink) {
    let meta = Rc::new(MessageMeta {
        message,
        last_event_id: LazyText::default(),
        origin: LazyText::default(),
    });
    let data = FrameData::Message(&meta.message, LazyText::default());
    let shared_meta = EventMeta::Lazy(Rc::<MessageMeta>::clone(&meta));
    let frame = Frame::new(Rc::clone(name), shared_meta, IdField::Unknown, data);
    sink(TransportEvent::Event(&frame));
}

/// A text of a message event, copied into wasm once, on the first request.
#[derive(Default)]
pub(crate) struct LazyText(OnceCell<String>);

impl LazyText {
    pub(super) fn get(&self, message: &Message, read: fn(&Message) -> Option<String>) -> &str {
        self.0.get_or_init(|| read(message).unwrap_or_default())
    }
}

/// The fields of a message event besides its data, read on request: each string costs as much as the dispatch of the
/// event.
struct MessageMeta {
    message: Message,
    last_event_id: LazyText,
    origin: LazyText,
}

impl LazyMeta for MessageMeta {
    fn last_event_id(&self) -> &str {
        self.last_event_id
            .get(&self.message, Message::last_event_id)
    }

    fn origin(&self) -> &str {
        self.origin.get(&self.message, Message::origin)
    }

    fn dom_event(&self) -> &dyn Any {
        &self.message
    }
}

/// Whether this is a message that the server named `open` or `error`, and not an event about the connection.
fn is_message(event: &web_sys::Event) -> bool {
    event.has_type::<MessageEvent>()
}

/// The browser has ended the connection of its source, without an event, when the page was about to be left.
fn ended_by_leaving(raw: &web_sys::EventSource) -> TransportEvent<'static> {
    TransportEvent::Lost {
        error: Error::ConnectionLost {
            url: raw.url().into(),
            message: Some("the browser closed it when the page was about to be left".into()),
        },
        loss: Loss::Reestablish,
    }
}

/// What an `error` event means, which only the `readyState` shows.
struct Failure {
    raw: web_sys::EventSource,
    sink: Sink,
    blocks: BlockWatch,
    /// Tells that the browser has given up, once it is known whether the page's policy is the reason.
    later: Place<Timeout>,
    #[cfg(feature = "fetch")]
    asker: Option<Rc<FetchConnector>>,
    #[cfg(feature = "fetch")]
    asking: Place<FetchTransport>,
}

impl Failure {
    fn tell(self: &Rc<Self>) {
        let url: Arc<str> = self.raw.url().into();
        if self.raw.ready_state() != web_sys::EventSource::CLOSED {
            return (self.sink)(TransportEvent::Lost {
                error: Error::connection_lost(url),
                loss: Loss::BrowserReconnects,
            });
        }
        #[cfg(feature = "fetch")]
        if let Some(asker) = &self.asker
            && let Ok(asking) = asker.ask(Arc::clone(&url), Rc::clone(&self.sink))
        {
            return self.asking.put(asking);
        }
        if let Some(error) = scheme_error(&url) {
            return (self.sink)(hopeless(error));
        }
        let failure = Rc::downgrade(self);
        let tell = move |_| {
            if let Some(failure) = failure.upgrade() {
                (failure.sink)(
                    failure
                        .blocks
                        .error()
                        .map_or_else(|| given_up(url), hopeless),
                );
            }
        };
        self.later.put(Timeout::new(BLOCK_DELAY, Box::new(tell)));
    }
}

fn given_up(url: Arc<str>) -> TransportEvent<'static> {
    TransportEvent::Lost {
        error: Error::given_up(url),
        loss: Loss::Fail {
            class: FailureClass::Other,
            retry_after: None,
        },
    }
}
