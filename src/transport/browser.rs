//! The browser's own `EventSource`.

use std::{
    any::Any,
    cell::{OnceCell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use gloo_events::EventListener;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::{EventSourceInit, MessageEvent, Url};

use super::{Connector, Data, Frame, Signal, Sink, Transport, refused_url};
use crate::{
    Error,
    event::{AskProvenance, Provenance},
    ids::IdField,
    policy::machine::Outlook,
};

/// How to make the browser's sources.
pub(crate) struct BrowserConnector {
    url: String,
    with_credentials: bool,
    resume_parameter: Option<String>,
    resolved_url: OnceCell<String>,
}

impl BrowserConnector {
    pub(crate) fn new(
        url: String,
        with_credentials: bool,
        resume_parameter: Option<String>,
    ) -> Self {
        Self {
            url,
            with_credentials,
            resume_parameter,
            resolved_url: OnceCell::new(),
        }
    }

    fn open(&self, url: &str) -> Result<web_sys::EventSource, JsValue> {
        let init = EventSourceInit::new();
        init.set_with_credentials(self.with_credentials);
        let raw = web_sys::EventSource::new_with_event_source_init_dict(url, &init)?;
        self.resolved_url.get_or_init(|| raw.url());
        Ok(raw)
    }

    /// The URL to go on from that event. A new source of the browser cannot be told the last event id, which only the
    /// browser itself sends as a header, so that it travels in the query.
    fn resuming_url(&self, last_event_id: &str) -> Result<Option<String>, JsValue> {
        let (Some(parameter), Some(resolved)) = (&self.resume_parameter, self.resolved_url.get())
        else {
            return Ok(None);
        };
        if last_event_id.is_empty() {
            return Ok(None);
        }
        with_query(resolved, parameter, last_event_id).map(Some)
    }
}

/// The URL with this parameter in its query.
pub(super) fn with_query(url: &str, name: &str, value: &str) -> Result<String, JsValue> {
    let url = Url::new(url)?;
    url.search_params().set(name, value);
    Ok(url.href())
}

impl Connector for BrowserConnector {
    fn connect(&self, last_event_id: &str, sink: Sink) -> Result<Box<dyn Transport>, Error> {
        let raw = self
            .resuming_url(last_event_id)
            .and_then(|url| self.open(url.as_deref().unwrap_or(&self.url)))
            .map_err(|error| refused_url(&self.url, &error))?;
        Ok(Box::new(Browser::new(raw, sink, last_event_id)))
    }

    /// The browser alone can send the id as a header.
    fn may_replace(&self, last_event_id: &str) -> bool {
        last_event_id.is_empty() || self.resume_parameter.is_some()
    }
}

/// A source of the browser, with a DOM listener for each name that somebody listens to.
pub(crate) struct Browser {
    messages: RefCell<BTreeMap<String, EventListener>>,
    sink: Sink,
    /// Where it went on from.
    start: Rc<str>,
    _life: [EventListener; 2],
    raw: web_sys::EventSource,
}

impl Browser {
    fn new(raw: web_sys::EventSource, sink: Sink, start: &str) -> Self {
        let opened = {
            let sink = Rc::clone(&sink);
            EventListener::new(&raw, "open", move |event| {
                if !is_message(event) {
                    sink(Signal::Opened);
                }
            })
        };
        let lost = {
            let (sink, raw) = (Rc::clone(&sink), raw.clone());
            EventListener::new(&raw.clone(), "error", move |event| {
                if !is_message(event) {
                    sink(loss(&raw));
                }
            })
        };
        Self {
            messages: RefCell::default(),
            sink,
            start: Rc::from(start),
            _life: [opened, lost],
            raw,
        }
    }

    pub(crate) fn raw(&self) -> &web_sys::EventSource {
        &self.raw
    }
}

impl Transport for Browser {
    fn listen(&self, name: &str) {
        let (sink, start) = (Rc::clone(&self.sink), Rc::clone(&self.start));
        let shared_name = Rc::from(name);
        let listener = EventListener::new(&self.raw, name.to_owned(), move |event| {
            read(&shared_name, event, &start, &sink);
        });
        self.messages.borrow_mut().insert(name.to_owned(), listener);
    }

    fn unlisten(&self, name: &str) {
        self.messages.borrow_mut().remove(name);
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.raw.close();
    }
}

#[wasm_bindgen]
extern "C" {
    /// A `MessageEvent`, or an event that a page dispatches to a source by hand, which may lack any of it. One call
    /// fetches each string, where a `JsValue` in between would cost as much again.
    #[derive(Clone, Debug)]
    type Message;

    #[wasm_bindgen(method, getter)]
    fn data(this: &Message) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = lastEventId)]
    fn last_event_id(this: &Message) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn origin(this: &Message) -> Option<String>;
}

/// Makes a frame of a message event, of which nothing is read before somebody asks.
fn read(name: &Rc<str>, event: &web_sys::Event, start: &Rc<str>, sink: &Sink) {
    let message = event.unchecked_ref::<Message>();
    let provenance = Rc::new(Dispatched {
        message: message.clone(),
        start: Rc::clone(start),
        last_event_id: OnceCell::new(),
        origin: OnceCell::new(),
    });
    let data = MessageData {
        message,
        text: OnceCell::new(),
    };
    sink(Signal::Frame(Frame::new(
        Rc::clone(name),
        Provenance::Asked(provenance),
        IdField::Untold,
        &data,
    )));
}

/// The data of a message, copied into wasm at most once.
struct MessageData<'a> {
    message: &'a Message,
    text: OnceCell<String>,
}

impl Data for MessageData<'_> {
    fn text(&self) -> &str {
        self.text
            .get_or_init(|| self.message.data().unwrap_or_default())
    }
}

/// Where a message came from, read when somebody asks: each string costs as much as its dispatch.
#[derive(Debug)]
struct Dispatched {
    message: Message,
    start: Rc<str>,
    last_event_id: OnceCell<String>,
    origin: OnceCell<String>,
}

impl AskProvenance for Dispatched {
    fn last_event_id(&self) -> &str {
        self.last_event_id
            .get_or_init(|| self.message.last_event_id().unwrap_or_default())
    }

    /// A source that was opened anew does not know the id that it goes on from, and has none before an event brings one.
    fn position(&self) -> &str {
        match self.last_event_id() {
            "" => &self.start,
            id => id,
        }
    }

    fn origin(&self) -> &str {
        self.origin
            .get_or_init(|| self.message.origin().unwrap_or_default())
    }
}

/// Whether this is a message that the server named `open` or `error`, and not what happened to the connection.
fn is_message(event: &web_sys::Event) -> bool {
    event.has_type::<MessageEvent>()
}

/// What an `error` event means: the `readyState` is all that tells.
fn loss(raw: &web_sys::EventSource) -> Signal<'static> {
    let url = raw.url();
    if raw.ready_state() == web_sys::EventSource::CLOSED {
        Signal::Lost {
            error: Error::GivenUp { url },
            outlook: Outlook::Failed { retry_after: None },
        }
    } else {
        Signal::Lost {
            error: Error::ConnectionLost { url, message: None },
            outlook: Outlook::Reconnecting,
        }
    }
}
