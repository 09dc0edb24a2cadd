//! `fetch`, the body's stream, and the parser of this crate.

mod attempt;
mod reading;
mod request;
mod request_body;
mod response;
mod response_body;
mod turns;
mod watch;

use std::{
    any::Any,
    cell::{Cell, RefCell},
    rc::Rc,
    task::Waker,
};

use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, Request};

use super::{Connector, Sink, Transport, browser::with_query, refused_url};
use crate::{Error, event::Provenance};
use attempt::Attempt;
pub use request::{Fetch, HeadersResult};
pub use request_body::Body;
use turns::Turns;

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
        let header = fetch.start().filter(|_| resume_parameter.is_none());
        fetch.check(&url, header.as_deref().unwrap_or_default())?;
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
        let turns = Turns::new(self.capacity);
        let (url, header) = self.resuming(last_event_id)?;
        let line = Rc::new(Line {
            names: RefCell::default(),
            tells_all_ids: Cell::default(),
            is_open: Cell::new(true),
            attempt: RefCell::default(),
            is_reading: Cell::default(),
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
    tells_all_ids: Cell<bool>,
    is_open: Cell<bool>,
    /// To be woken when the line closes.
    attempt: RefCell<Option<Waker>>,
    /// Whether the attempt is on, up to where it waits. After a panic it seems to be for ever.
    is_reading: Cell<bool>,
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

    fn tell_all_ids(&self) {
        self.line.tells_all_ids.set(true);
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
