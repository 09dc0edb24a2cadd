//! Connections to a server that a test controls, in place of the network.

#[cfg(feature = "fetch")]
mod asking;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, VecDeque},
    rc::{Rc, Weak},
    sync::Arc,
};

use typed_eventsource_core::{FailureClass, IdField, Loss};

use super::{Sink, TransportEvent};
#[cfg(feature = "fetch")]
use super::{
    fetch::{AttemptRequest, Fetch, RequestFunction},
    refused,
};
use crate::{
    Error, Event, UndecodedEvent, event::EventMeta, event_id::EventId, host::fake::FakeClock,
};
#[cfg(feature = "fetch")]
use crate::{ResponseHead, panics::Panics};
#[cfg(feature = "fetch")]
use asking::{Asking, Unanswered};

/// The origin of all its events.
const ORIGIN: &str = "fake:";

/// What a fake server and the connectors of its sources share.
#[derive(Default)]
pub(crate) struct FakeNetwork {
    /// The URL whose sources it serves; all sources if there is none.
    pub(crate) url: Option<String>,
    pub(crate) clock: FakeClock,
    connections: RefCell<Vec<Weak<FakeConnection>>>,
    #[cfg(feature = "fetch")]
    unanswered: Unanswered,
    attempts: RefCell<Vec<Attempt>>,
    /// Called once, as if a page had replaced the browser's functions that add and remove a listener.
    #[cfg(all(test, feature = "json"))]
    pub(crate) on_listening: RefCell<Option<Box<dyn FnOnce()>>>,
}

/// A source's attempt to connect, as the server saw it. The `attempt` of a [`State`](crate::State) is only a number, which counts
/// the attempts in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The source's URL.
    pub url: String,
    /// The last event id that it sent; empty if there was none.
    pub last_event_id: String,
    /// The method of the request, `GET` by default.
    pub method: String,
    /// The names and values of the headers that the app has set. Those that a function makes are among them if its future is
    /// ready at once.
    pub headers: Vec<(String, String)>,
    /// The body; empty if there is none, or if it is a value of JavaScript.
    pub body: Vec<u8>,
}

impl Attempt {
    /// An attempt of a source with this URL and this last event id, which is empty if there was none: a GET without headers.
    pub fn new(url: impl Into<String>, last_event_id: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            last_event_id: last_event_id.into(),
            method: "GET".into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// The value of a header that the app has set. Its name may be written in any case.
    ///
    /// ```
    /// # use typed_eventsource::{Error, EventSource, Fetch, testing::FakeServer};
    /// # fn main() -> Result<(), Error> {
    /// let server = FakeServer::new();
    /// let fetch = Fetch::post().header("Authorization", "Bearer t0k3n").body("why?");
    /// let source = EventSource::builder("/answers").fetch(fetch).open()?;
    ///
    /// let attempt = &server.attempts()[0];
    /// assert_eq!(attempt.method, "POST");
    /// assert_eq!(attempt.header("authorization"), Some("Bearer t0k3n"));
    /// assert_eq!(attempt.body, b"why?");
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "fetch")]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut newest_first = self.headers.iter().rev();
        let (_, value) = newest_first.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(value)
    }
}

thread_local! {
    static NETWORKS: RefCell<Vec<Weak<FakeNetwork>>> = const { RefCell::new(Vec::new()) };
}

impl FakeNetwork {
    /// A network that serves the sources that are opened from now on: those with this URL, or all.
    pub(crate) fn begin(url: Option<String>) -> Rc<Self> {
        let network = Rc::new(Self {
            url,
            ..Self::default()
        });
        NETWORKS.with_borrow_mut(|networks| networks.push(Rc::downgrade(&network)));
        network
    }

    pub(crate) fn end(self: &Rc<Self>) {
        // The thread may be at its end.
        let _ = NETWORKS.try_with(|networks| {
            let is_other = |network: &Weak<Self>| network.as_ptr() != Rc::as_ptr(self);
            networks.borrow_mut().retain(is_other);
        });
    }

    /// The network that serves a source with this URL, if there is one: the newest that does.
    pub(crate) fn serving(url: &str) -> Option<Rc<Self>> {
        NETWORKS.with_borrow(|networks| {
            let mut networks = networks.iter().rev().filter_map(Weak::upgrade);
            networks.find(|network| network.url.as_deref().is_none_or(|served| served == url))
        })
    }

    pub(crate) fn attempts(&self) -> Vec<Attempt> {
        self.hear_answers();
        self.attempts.borrow().clone()
    }

    /// The server sees an attempt.
    fn arrive(&self, connection: &Rc<FakeConnection>, attempt: Attempt) {
        let mut connections = self.connections.borrow_mut();
        connections.retain(|connection| connection.strong_count() > 0);
        connections.push(Rc::downgrade(connection));
        drop(connections);
        self.attempts.borrow_mut().push(attempt);
    }

    /// Asks the functions of the sources that connect, and has those requests arrive that are known by now. Nothing else awaits
    /// them.
    fn hear_answers(&self) {
        #[cfg(feature = "fetch")]
        for (connection, attempt) in self.unanswered.hear() {
            self.arrive(&connection, attempt);
        }
    }

    fn listening_has_changed(&self) {
        #[cfg(all(test, feature = "json"))]
        if let Some(callback) = self.on_listening.take() {
            callback();
        }
    }

    /// The connections that the sources still hold.
    pub(crate) fn connections(&self) -> Vec<Rc<FakeConnection>> {
        self.hear_answers();
        let connections = self.connections.borrow();
        connections.iter().filter_map(Weak::upgrade).collect()
    }
}

/// Connects a source to a fake network.
pub(crate) struct FakeConnector {
    network: Rc<FakeNetwork>,
    url: Arc<str>,
    is_fetch: bool,
    /// What the source asks for, if it is over `fetch`.
    #[cfg(feature = "fetch")]
    fetch: Option<Fetch>,
    #[cfg(feature = "fetch")]
    request: Option<RequestFunction>,
    sees_status: bool,
}

impl FakeConnector {
    /// A connector that behaves like `fetch`, which reports more and does not reconnect, or else like the browser's own
    /// source, which may ask by `fetch` for the status.
    pub(crate) fn new(
        network: Rc<FakeNetwork>,
        url: &str,
        is_fetch: bool,
        sees_status: bool,
    ) -> Self {
        Self {
            network,
            url: url.into(),
            is_fetch,
            #[cfg(feature = "fetch")]
            fetch: None,
            #[cfg(feature = "fetch")]
            request: None,
            sees_status,
        }
    }

    #[cfg(feature = "fetch")]
    pub(crate) fn with_fetch(self, fetch: Option<Fetch>, request: Option<RequestFunction>) -> Self {
        Self {
            fetch,
            request,
            ..self
        }
    }

    pub(super) fn url(&self) -> &Arc<str> {
        &self.url
    }

    pub(super) fn connect(&self, attempt: crate::attempt::Attempt, sink: Sink) -> FakeTransport {
        let last_event_id = &*attempt.last_event_id;
        let connection = Rc::new(FakeConnection {
            url: RefCell::new(Arc::clone(&self.url)),
            is_fetch: self.is_fetch,
            #[cfg(feature = "fetch")]
            fetch: self.fetch.clone(),
            sees_status: self.sees_status,
            is_open: Cell::default(),
            last_event_id: RefCell::new(EventId::new(last_event_id.as_bytes(), || {
                last_event_id.into()
            })),
            sink: RefCell::new(Some(sink)),
            names: RefCell::default(),
            listens_to_all: Cell::default(),
            is_held_back: Cell::default(),
            is_reading: Cell::default(),
            unread: RefCell::default(),
        });
        #[cfg(feature = "fetch")]
        if let Some(request) = &self.request {
            let asking = Asking::new(&connection, request, attempt);
            self.network.unanswered.push(asking);
            return FakeTransport {
                connection,
                network: Rc::clone(&self.network),
            };
        }
        let attempt = Attempt::new(&*self.url, last_event_id);
        #[cfg(feature = "fetch")]
        let attempt = connection.attempt(attempt, &AttemptRequest::new());
        self.network.arrive(&connection, attempt);
        FakeTransport {
            connection,
            network: Rc::clone(&self.network),
        }
    }
}

/// One connection, until the source drops its end.
pub(crate) struct FakeConnection {
    url: RefCell<Arc<str>>,
    pub(crate) is_fetch: bool,
    #[cfg(feature = "fetch")]
    fetch: Option<Fetch>,
    sees_status: bool,
    is_open: Cell<bool>,
    last_event_id: RefCell<EventId>,
    /// `None` once the source has dropped its end.
    sink: RefCell<Option<Sink>>,
    names: RefCell<BTreeSet<String>>,
    listens_to_all: Cell<bool>,
    is_held_back: Cell<bool>,
    is_reading: Cell<bool>,
    /// What the source has yet to read.
    unread: RefCell<VecDeque<Box<Unread>>>,
}

/// Something that the server has sent. It is told to the source when it is read.
type Unread = dyn FnOnce(&FakeConnection);

impl FakeConnection {
    /// Whether the source has dropped its end.
    #[cfg(feature = "fetch")]
    fn is_dropped(&self) -> bool {
        self.sink.borrow().is_none()
    }

    fn url(&self) -> Arc<str> {
        Arc::clone(&self.url.borrow())
    }

    /// The attempt with what its request has.
    #[cfg(feature = "fetch")]
    fn attempt(&self, attempt: Attempt, answer: &AttemptRequest) -> Attempt {
        let Some(fetch) = &self.fetch else {
            return attempt;
        };
        let (method, headers, body) = fetch.method_headers_and_body(answer);
        Attempt {
            method,
            headers,
            body,
            ..attempt
        }
    }

    /// The metadata of the next event, which may have an id.
    pub(crate) fn next_meta(&self, id: Option<&str>) -> EventMeta {
        if let Some(id) = id {
            self.last_event_id
                .replace(EventId::new(id.as_bytes(), || id.into()));
        }
        EventMeta::Eager {
            last_event_id: self.last_event_id.borrow().clone(),
            origin: ORIGIN.into(),
        }
    }

    pub(crate) fn id_field(&self, id: Option<&str>) -> IdField {
        match id {
            _ if !self.is_fetch => IdField::Unknown,
            Some(_) => IdField::Present,
            None => IdField::Absent,
        }
    }

    pub(crate) fn open(&self) {
        if self.is_open.get() {
            return;
        }
        #[cfg(feature = "fetch")]
        if self.is_fetch {
            let response = ResponseHead::new(self.url(), 200);
            return self.respond(
                &response.with_header("Content-Type", "text/event-stream"),
                "",
            );
        }
        self.begin(TransportEvent::Opened);
    }

    /// The head of an answer is not held back.
    fn begin(&self, event: TransportEvent<'static>) {
        self.is_open.set(true);
        if self.unread.borrow().is_empty() {
            self.emit(event);
        } else {
            self.when_read(|connection| connection.emit(event));
        }
    }

    /// Answers with this response, whose body is empty if it is an event stream.
    #[cfg(feature = "fetch")]
    pub(crate) fn respond(&self, response: &ResponseHead, body: &str) {
        let panics = Panics::default();
        let is_finished = response.status() == 204;
        let is_stream = match &self.fetch {
            Some(fetch) => !is_finished && fetch.accepts(response, &panics),
            None => response.is_event_stream(),
        };
        if is_stream && self.is_open.get() {
            return;
        }
        match (is_stream, self.sees_status) {
            (true, _) if self.is_fetch => self.begin(TransportEvent::Answered(response.clone())),
            (true, _) => self.begin(TransportEvent::Opened),
            (false, false) => self.emit_end(self.given_up()),
            (false, true) if is_finished => self.emit_end(TransportEvent::Finished),
            (false, true) => self.emit_end(refused(&self.url(), response.clone(), body)),
        }
        panics.resume();
    }

    pub(crate) fn lose(&self) {
        // The browser asks again.
        #[cfg(feature = "fetch")]
        if !self.is_fetch {
            self.emit(TransportEvent::Asks);
        }
        self.emit_end(TransportEvent::Lost {
            error: self.lost("the connection was cut"),
            loss: if self.is_fetch {
                Loss::Reestablish
            } else {
                Loss::BrowserReconnects
            },
        });
    }

    /// The response ends, perhaps within an event of this name, of whose data this had arrived.
    pub(crate) fn end(&self, unfinished: Option<(&str, &str)>) {
        if !self.is_fetch {
            return self.lose();
        }
        let error = self.lost("the server ended the stream");
        let unfinished = unfinished.map(|(name, data)| {
            let event = Event::new(data, name.into(), self.next_meta(None));
            UndecodedEvent::from(&event)
        });
        self.emit_end(TransportEvent::BodyEnded {
            error,
            is_whole: true,
            unfinished,
        });
    }

    pub(crate) fn fail(&self, status: u16) {
        #[cfg(feature = "fetch")]
        self.respond(&ResponseHead::new(self.url(), status), "");
        #[cfg(not(feature = "fetch"))]
        {
            self.emit_end(match (self.sees_status, status) {
                (true, 204) => TransportEvent::Finished,
                (true, _) => failed(
                    Error::status(self.url(), status),
                    FailureClass::Status(status),
                ),
                (false, _) => self.given_up(),
            });
        }
    }

    /// The response is over, or is refused. A source that is held back has yet to read that far.
    fn emit_end(&self, event: TransportEvent<'static>) {
        if self.is_open.replace(false) {
            self.when_read(|connection| connection.emit(event));
        } else {
            self.emit(event);
        }
    }

    /// Tells the source of something in the response: at once, or when it reads on if it is held back.
    pub(crate) fn when_read(&self, tell: impl FnOnce(&Self) + 'static) {
        if !self.is_held_back.get() && self.unread.borrow().is_empty() {
            return tell(self);
        }
        self.unread.borrow_mut().push_back(Box::new(tell));
        self.read_on();
    }

    fn read_on(&self) {
        if self.is_reading.get() {
            return;
        }
        let _reading = Reading::new(&self.is_reading);
        while !self.is_held_back.get() {
            let next = self.unread.borrow_mut().pop_front();
            match next {
                Some(next) => next(self),
                None => return,
            }
        }
    }

    fn given_up(&self) -> TransportEvent<'static> {
        failed(Error::given_up(self.url()), FailureClass::Other)
    }

    pub(crate) fn emit(&self, event: TransportEvent<'_>) {
        let sink = self.sink.borrow().clone();
        if let Some(sink) = sink {
            sink(event);
        }
    }

    pub(crate) fn is_listened_to(&self, name: &str) -> bool {
        self.listens_to_all.get() || self.names.borrow().contains(name)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.names.borrow().iter().cloned().collect()
    }

    /// The error for a lost connection. Only `fetch` has a message.
    fn lost(&self, message: &str) -> Error {
        Error::ConnectionLost {
            url: self.url(),
            message: self.is_fetch.then(|| message.into()),
        }
    }
}

/// While it lives, the source reads one thing after the other. A panic that unwinds drops it too.
struct Reading<'a>(&'a Cell<bool>);

impl<'a> Reading<'a> {
    fn new(is_reading: &'a Cell<bool>) -> Self {
        is_reading.set(true);
        Self(is_reading)
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

fn failed(error: Error, class: FailureClass) -> TransportEvent<'static> {
    let loss = Loss::Fail {
        class,
        retry_after: None,
    };
    TransportEvent::Lost { error, loss }
}

/// The source's end of a connection.
pub(crate) struct FakeTransport {
    connection: Rc<FakeConnection>,
    network: Rc<FakeNetwork>,
}

impl FakeTransport {
    pub(super) fn url(&self) -> Arc<str> {
        Arc::clone(&self.connection.url.borrow())
    }

    pub(super) fn listen(&self, name: &str) {
        let is_new = self.connection.names.borrow_mut().insert(name.to_owned());
        debug_assert!(is_new, "{name} is listened to already");
        self.network.listening_has_changed();
    }

    pub(super) fn unlisten(&self, name: &str) {
        let was_there = self.connection.names.borrow_mut().remove(name);
        debug_assert!(was_there, "{name} was not listened to");
        self.network.listening_has_changed();
    }

    #[cfg(feature = "fetch")]
    pub(super) fn listen_to_all(&self, listens_to_all: bool) {
        self.connection.listens_to_all.set(listens_to_all);
    }

    #[cfg(feature = "fetch")]
    pub(super) fn hold_back(&self, is_held_back: bool) {
        let connection = Rc::clone(&self.connection);
        connection.is_held_back.set(is_held_back);
        connection.read_on();
    }
}

impl Drop for FakeTransport {
    fn drop(&mut self) {
        self.connection.sink.take();
        self.connection.names.take();
        self.connection.unread.take();
    }
}
