//! The fetch transport: `fetch`, the stream of the response body, and the parser of event streams.

mod attempt;
mod attempt_request;
mod diagnosis;
mod reading;
mod redirects;
mod request;
mod request_body;
mod response;
mod response_body;

use std::{
    cell::{Cell, OnceCell, RefCell},
    future::poll_fn,
    rc::Rc,
    sync::Arc,
    task::{Poll, Waker},
};

use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, Request};

use super::{Sink, TransportEvent, blocks::BlockWatch, leaving::LeaveWatch, resume_url, valid_url};
use crate::{Error, panics::Panics, place::Place, yielder::Yielder};
use attempt::Attempt;
pub use attempt_request::{AttemptRequest, RequestResult};
pub(crate) use attempt_request::{RequestFunction, request_function};
use diagnosis::Diagnosis;
pub use request::{Fetch, HeadersResult};
pub use request_body::Body;
pub(super) use {attempt::unmade, attempt_request::ask};
#[cfg(any(test, feature = "testing"))]
pub(super) use {attempt_request::function_error, request::is_safe};

/// The most events between two turns of the event loop, if there are no streams or their queues hold more.
const MAX_EVENTS_PER_TURN: usize = 16 * 1024;

/// Makes the requests of one source.
pub(crate) struct FetchConnector {
    fetch: Rc<Fetch>,
    request: Option<RequestFunction>,
    /// Unless the [`Fetch`] says.
    with_credentials: bool,
    /// Resolved.
    url: Arc<str>,
    resume_parameter: Option<String>,
    terminal_data: Option<Rc<str>>,
    /// The most events that are read between two turns of the event loop.
    max_events: Rc<Cell<usize>>,
    diagnosis: Rc<Diagnosis>,
}

impl FetchConnector {
    pub(crate) fn new(
        url: &str,
        fetch: Rc<Fetch>,
        with_credentials: bool,
        resume_parameter: Option<String>,
        terminal_data: Option<Rc<str>>,
        diagnoses: Option<bool>,
    ) -> Result<Self, Error> {
        let url = resolved(url)?;
        let header = fetch.start().filter(|_| resume_parameter.is_none());
        fetch.check(&url, header.unwrap_or_default(), with_credentials)?;
        Ok(Self {
            diagnosis: Rc::new(Diagnosis::new(Rc::clone(&fetch), diagnoses)),
            request: fetch.request_function().cloned(),
            fetch,
            with_credentials,
            url,
            resume_parameter,
            terminal_data,
            max_events: Rc::new(Cell::new(MAX_EVENTS_PER_TURN)),
        })
    }

    /// Has this connector ask for the request of each attempt.
    pub(crate) fn with_request(self, request: Option<RequestFunction>) -> Self {
        Self {
            request: request.or(self.request),
            ..self
        }
    }

    pub(super) fn url(&self) -> &Arc<str> {
        &self.url
    }

    pub(super) fn yield_for_queue(&self, capacity: usize) {
        let max_events = (capacity / 2).clamp(1, self.max_events.get());
        self.max_events.set(max_events);
    }

    pub(super) fn connect(
        &self,
        attempt: crate::Attempt,
        sink: Sink,
    ) -> Result<FetchTransport, Error> {
        let parameter = self.resume_parameter.as_deref();
        let url = resume_url(&self.url, parameter, &attempt.last_event_id)?;
        self.request(url, attempt, false, sink)
    }

    /// Makes a request for the head of the response alone: why the browser's own source has given up on this URL.
    pub(super) fn ask(&self, url: Arc<str>, sink: Sink) -> Result<FetchTransport, Error> {
        self.request(url, crate::Attempt::new(1), true, sink)
    }

    fn request(
        &self,
        url: Arc<str>,
        asked: crate::Attempt,
        only_asks: bool,
        sink: Sink,
    ) -> Result<FetchTransport, Error> {
        let abort = AbortController::new().map_err(|_| Error::Unsupported)?;
        let shared = Rc::new(AttemptShared {
            names: RefCell::default(),
            listens_to_all: Cell::default(),
            has_unheard: Cell::default(),
            reports_all_ids: Cell::default(),
            terminal_data: self.terminal_data.clone(),
            pace: Cell::new(Pace::Reading),
            waker: Place::default(),
            max_events: Rc::clone(&self.max_events),
            sink,
            leaving: OnceCell::new(),
            end: Place::default(),
        });
        let weak = Rc::downgrade(&shared);
        let _ = shared.leaving.set(LeaveWatch::new(move || {
            if let Some(shared) = weak.upgrade()
                && let Some(end) = shared.end.take()
            {
                shared.emit(end);
            }
        }));
        let blocks = BlockWatch::new(&url);
        let url = Rc::new(Place::from(url));
        let attempt = Attempt {
            fetch: Rc::clone(&self.fetch),
            request: self.request.clone(),
            with_credentials: self.with_credentials,
            diagnosis: Rc::clone(&self.diagnosis),
            blocks: blocks.into(),
            only_asks,
            url: Rc::clone(&url),
            resume_parameter: self.resume_parameter.clone(),
            asked,
            abort: abort.clone(),
            shared: Rc::clone(&shared),
            panics: Panics::default(),
        };
        spawn_local(attempt.run(Yielder::new()));
        Ok(FetchTransport { url, shared, abort })
    }
}

/// The URL as the browser would ask it, resolved against the document or the worker.
fn resolved(url: &str) -> Result<Arc<str>, Error> {
    let resolved = Request::new_with_str(url).map(|request| request.url());
    valid_url(url, resolved)
}

/// Whether the response is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pace {
    Reading,
    /// Nothing is read until there is room for it.
    HeldBack,
    /// The source is gone.
    Closed,
}

/// The state that the transport and its attempt share.
struct AttemptShared {
    names: RefCell<Vec<Rc<str>>>,
    listens_to_all: Cell<bool>,
    /// Whether the source was told of an event that nobody listens to.
    has_unheard: Cell<bool>,
    reports_all_ids: Cell<bool>,
    /// The data that ends the stream, even in an event that nobody listens to.
    terminal_data: Option<Rc<str>>,
    pace: Cell<Pace>,
    /// The waker of the attempt, for when the transport is dropped or reads on.
    waker: Place<Waker>,
    max_events: Rc<Cell<usize>>,
    sink: Sink,
    leaving: OnceCell<LeaveWatch>,
    /// How the request ended while the page was about to be left.
    end: Place<TransportEvent<'static>>,
}

impl AttemptShared {
    fn is_open(&self) -> bool {
        self.pace.get() != Pace::Closed
    }

    fn is_held_back(&self) -> bool {
        self.pace.get() == Pace::HeldBack
    }

    /// Waits as long as nothing may be read. The waker is that of the whole attempt.
    async fn wait_for_room(&self) {
        poll_fn(|_| match self.is_held_back() {
            true => Poll::Pending,
            false => Poll::Ready(()),
        })
        .await;
    }

    /// Tells the source, unless it is gone.
    fn emit(&self, event: TransportEvent<'_>) {
        if self.is_open() {
            (self.sink)(event);
        }
    }

    /// Whether the page is about to be left.
    fn is_leaving(&self) -> bool {
        self.leaving.get().is_some_and(LeaveWatch::is_leaving)
    }

    /// Tells the source how the request ended, unless the page is about to be left: nothing is to be reported then, and
    /// no further request is to be made.
    fn end(&self, event: TransportEvent<'static>) {
        if self.is_leaving() {
            self.end.put(event);
        } else {
            self.emit(event);
        }
    }
}

/// The source's end of a request. Dropping it aborts the request.
pub(crate) struct FetchTransport {
    url: Rc<Place<Arc<str>>>,
    shared: Rc<AttemptShared>,
    abort: AbortController,
}

impl FetchTransport {
    pub(super) fn url(&self) -> Arc<str> {
        self.url.get().unwrap_or_default()
    }

    pub(super) fn listen(&self, name: &Rc<str>) {
        self.shared.names.borrow_mut().push(Rc::clone(name));
    }

    pub(super) fn unlisten(&self, name: &str) {
        let mut names = self.shared.names.borrow_mut();
        names.retain(|listened| **listened != *name);
    }

    pub(super) fn listen_to_all(&self, listens_to_all: bool) {
        self.shared.listens_to_all.set(listens_to_all);
    }

    pub(super) fn report_all_ids(&self) {
        self.shared.reports_all_ids.set(true);
    }

    pub(super) fn hold_back(&self, is_held_back: bool) {
        if is_held_back {
            self.shared.pace.set(Pace::HeldBack);
        } else {
            self.shared.pace.set(Pace::Reading);
            self.wake();
        }
    }

    fn wake(&self) {
        if let Some(waker) = self.shared.waker.take() {
            waker.wake();
        }
    }
}

impl Drop for FetchTransport {
    fn drop(&mut self) {
        self.shared.pace.set(Pace::Closed);
        self.abort.abort();
        self.wake();
    }
}
