//! `fetch`, the body's stream, and the parser of this crate.

mod body;
mod chunk;
mod reading;
mod request;
mod response;
mod turns;

use std::{
    any::Any,
    cell::{Cell, RefCell},
    future::poll_fn,
    pin::pin,
    rc::Rc,
    task::{Poll, Waker},
    time::Duration,
};

use gloo_timers::callback::Timeout;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, Request, Response, Url};

use super::{
    Connector, Signal, Sink, Transport, browser::with_query, exception_message, refused_url,
};
use crate::{Error, event::Provenance, policy::machine::Outlook};
use body::ResponseBody;
use reading::Reading;
pub use request::{Body, Fetch, HeadersResult};
use response::{Meaning, content_type, excerpt, meaning, refusal};
use turns::Turns;

/// How long to wait for the body of an answer that is no event stream.
const EXCERPT_PATIENCE: Duration = Duration::from_secs(1);

#[wasm_bindgen]
extern "C" {
    /// In every global scope, where web-sys knows the window's only.
    #[wasm_bindgen(catch, js_name = fetch)]
    async fn fetch(request: &Request) -> Result<JsValue, JsValue>;
}

/// How to make the requests of one source.
pub(crate) struct FetchConnector {
    fetch: Rc<Fetch>,
    /// Resolved.
    url: String,
    resume_parameter: Option<String>,
    /// Whether the end of the response is what was to be waited for.
    ends_by_ending: bool,
    /// Of the queues that are to be kept from overflowing.
    capacity: usize,
}

impl FetchConnector {
    pub(crate) fn new(
        url: &str,
        fetch: Fetch,
        resume_parameter: Option<String>,
        ends_by_ending: bool,
        capacity: usize,
    ) -> Result<Self, Error> {
        let url = Request::new_with_str(url)
            .map_err(|error| refused_url(url, &error))?
            .url();
        fetch.check(&url)?;
        Ok(Self {
            ends_by_ending,
            capacity,
            fetch: Rc::new(fetch),
            url,
            resume_parameter,
        })
    }

    /// Where to ask for what comes after that event, and which id to send as a header.
    fn resuming<'a>(&self, last_event_id: &'a str) -> Result<(String, &'a str), Error> {
        match &self.resume_parameter {
            Some(parameter) if !last_event_id.is_empty() => {
                let url = with_query(&self.url, parameter, last_event_id);
                Ok((url.map_err(|error| refused_url(&self.url, &error))?, ""))
            }
            _ => Ok((self.url.clone(), last_event_id)),
        }
    }
}

impl Connector for FetchConnector {
    fn connect(&self, last_event_id: &str, sink: Sink) -> Result<Box<dyn Transport>, Error> {
        let abort = AbortController::new().map_err(|_| Error::Unsupported)?;
        let turns = Turns::new(self.capacity).ok_or(Error::Unsupported)?;
        let (url, header) = self.resuming(last_event_id)?;
        let line = Rc::new(Line {
            names: RefCell::default(),
            is_open: Cell::new(true),
            attempt: RefCell::default(),
        });
        let attempt = Attempt {
            fetch: Rc::clone(&self.fetch),
            url,
            last_event_id_header: header.to_owned(),
            last_event_id: last_event_id.into(),
            ends_by_ending: self.ends_by_ending,
            abort: abort.clone(),
            line: Rc::clone(&line),
            sink,
        };
        spawn_local(attempt.run(turns));
        Ok(Box::new(FetchTransport { line, abort }))
    }

    fn position(&self) -> Option<Provenance> {
        let last_event_id = self.fetch.start()?;
        Some(Provenance::Known {
            last_event_id,
            origin: Rc::default(),
        })
    }

    fn is_repeatable(&self) -> bool {
        self.fetch.is_repeatable()
    }
}

/// What the transport and its attempt share.
struct Line {
    names: RefCell<Vec<Rc<str>>>,
    is_open: Cell<bool>,
    /// To be woken when the line closes.
    attempt: RefCell<Option<Waker>>,
}

/// The source's end of a line. Dropping it aborts the request.
struct FetchTransport {
    line: Rc<Line>,
    abort: AbortController,
}

impl Transport for FetchTransport {
    fn listen(&self, name: &str) {
        self.line.names.borrow_mut().push(name.into());
    }

    fn unlisten(&self, name: &str) {
        let mut names = self.line.names.borrow_mut();
        names.retain(|listened| **listened != *name);
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Drop for FetchTransport {
    fn drop(&mut self) {
        self.line.is_open.set(false);
        self.abort.abort();
        if let Some(attempt) = self.line.attempt.take() {
            attempt.wake();
        }
    }
}

/// One request, and the reading of its response.
struct Attempt {
    fetch: Rc<Fetch>,
    url: String,
    last_event_id_header: String,
    last_event_id: Rc<str>,
    ends_by_ending: bool,
    abort: AbortController,
    line: Rc<Line>,
    sink: Sink,
}

impl Attempt {
    /// Plays until the end, or until the line closes: whatever is waited for then, a user's headers for instance, may
    /// never come.
    async fn run(self, turns: Turns) {
        let mut play = pin!(self.play(turns));
        let end = poll_fn(|context| {
            if !self.line.is_open.get() {
                return Poll::Ready(None);
            }
            self.line.attempt.replace(Some(context.waker().clone()));
            play.as_mut().poll(context).map(Some)
        });
        if let Some(end) = end.await {
            self.tell(end);
        }
    }

    /// Tells the source, unless it is no longer there.
    fn tell(&self, signal: Signal<'_>) {
        if self.line.is_open.get() {
            (self.sink)(signal);
        }
    }

    /// Answers with how it ended.
    async fn play(&self, turns: Turns) -> Signal<'static> {
        let (header, signal) = (&self.last_event_id_header, self.abort.signal());
        let request = match self.fetch.make_request(&self.url, header, &signal).await {
            Ok(request) => request,
            Err(error) => return unmade(error),
        };
        match fetch(&request).await {
            Ok(response) => self.hear(&response.unchecked_into(), turns).await,
            Err(error) => self.lost(exception_message(&error)),
        }
    }

    async fn hear(&self, response: &Response, turns: Turns) -> Signal<'static> {
        let body = match ResponseBody::of(response) {
            Ok(body) => body,
            Err(error) => return self.lost(exception_message(&error)),
        };
        match meaning(response.status(), content_type(response).as_deref()) {
            Meaning::Finished => Signal::Finished,
            Meaning::Stream => {
                self.tell(Signal::Opened);
                match body {
                    Some(body) => self.read(body, response, turns).await,
                    None => self.ended(),
                }
            }
            wrong => {
                let excerpt = match body {
                    Some(body) => self.excerpt(body).await,
                    None => String::new(),
                };
                let (error, outlook) = refusal(wrong, self.url.clone(), response, excerpt);
                Signal::Lost { error, outlook }
            }
        }
    }

    async fn read(
        &self,
        mut body: ResponseBody,
        response: &Response,
        turns: Turns,
    ) -> Signal<'static> {
        let origin = Url::new(&response.url()).map_or_else(|_| String::new(), |url| url.origin());
        let mut reading = Reading::new(
            Rc::clone(&self.last_event_id),
            self.fetch.event_size_limit(),
            origin.into(),
            turns,
        );
        while self.line.is_open.get() {
            match body.read().await {
                Ok(Some(chunk)) => {
                    let read = reading.read(&chunk, &self.line, &self.sink).await;
                    if let Err(too_large) = read {
                        return too_large;
                    }
                }
                Ok(None) => return self.ended(),
                Err(error) => return self.lost(exception_message(&error)),
            }
        }
        // Nobody is there to hear it.
        Signal::Finished
    }

    /// The beginning of an answer's body, of which the rest is not read.
    async fn excerpt(&self, mut body: ResponseBody) -> String {
        let abort = self.abort.clone();
        let patience = EXCERPT_PATIENCE.as_millis() as u32;
        let _limit = Timeout::new(patience, move || abort.abort());
        let excerpt = excerpt(&mut body).await;
        self.abort.abort();
        excerpt
    }

    fn ended(&self) -> Signal<'static> {
        if self.ends_by_ending {
            return Signal::Finished;
        }
        self.lost("the server ended the stream".into())
    }

    fn lost(&self, message: String) -> Signal<'static> {
        Signal::Lost {
            error: Error::ConnectionLost {
                url: self.url.clone(),
                message: Some(message),
            },
            outlook: Outlook::Reestablish,
        }
    }
}

/// There is not even a request.
fn unmade(error: Error) -> Signal<'static> {
    let outlook = match error {
        // Whoever makes them may succeed the next time.
        Error::Headers { .. } => Outlook::Reestablish,
        _ => Outlook::Failed { retry_after: None },
    };
    Signal::Lost { error, outlook }
}
