//! Connections to a server that a test controls, in place of the network.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::{Rc, Weak},
    sync::Arc,
};

use typed_eventsource_core::{FailureClass, IdField, Loss};

use super::{Sink, TransportEvent};
use crate::{Error, Event, UndecodedEvent, event::EventMeta, host::fake::FakeClock};

/// The origin of all its events.
const ORIGIN: &str = "fake:";

/// What a fake server and the connectors of its sources share.
#[derive(Default)]
pub(crate) struct FakeNetwork {
    /// The URL whose sources it serves; all sources if there is none.
    pub(crate) url: Option<String>,
    pub(crate) clock: FakeClock,
    connections: RefCell<Vec<Weak<FakeConnection>>>,
    pub(crate) attempts: RefCell<Vec<Attempt>>,
    /// Called once, as if a page had replaced the browser's functions that add and remove a listener.
    #[cfg(all(test, feature = "json"))]
    pub(crate) on_listening: RefCell<Option<Box<dyn FnOnce()>>>,
}

/// A source's attempt to connect, as the server saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The source's URL.
    pub url: String,
    /// The last event id that it sent; empty if there was none.
    pub last_event_id: String,
}

impl Attempt {
    /// An attempt of a source with this URL and this last event id, which is empty if there was none.
    pub fn new(url: impl Into<String>, last_event_id: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            last_event_id: last_event_id.into(),
        }
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

    fn listening_has_changed(&self) {
        #[cfg(all(test, feature = "json"))]
        if let Some(callback) = self.on_listening.take() {
            callback();
        }
    }

    /// The connections that the sources still hold.
    pub(crate) fn connections(&self) -> Vec<Rc<FakeConnection>> {
        let connections = self.connections.borrow();
        connections.iter().filter_map(Weak::upgrade).collect()
    }
}

/// Connects a source to a fake network.
pub(crate) struct FakeConnector {
    network: Rc<FakeNetwork>,
    url: Arc<str>,
    is_fetch: bool,
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
            sees_status,
        }
    }

    pub(super) fn url(&self) -> &Arc<str> {
        &self.url
    }

    pub(super) fn connect(&self, last_event_id: &str, sink: Sink) -> FakeTransport {
        let connection = Rc::new(FakeConnection {
            url: Arc::clone(&self.url),
            is_fetch: self.is_fetch,
            sees_status: self.sees_status,
            is_open: Cell::default(),
            last_event_id: RefCell::new(last_event_id.into()),
            sink: RefCell::new(Some(sink)),
            names: RefCell::default(),
            listens_to_all: Cell::default(),
        });
        let mut connections = self.network.connections.borrow_mut();
        connections.retain(|connection| connection.strong_count() > 0);
        connections.push(Rc::downgrade(&connection));
        self.network
            .attempts
            .borrow_mut()
            .push(Attempt::new(&*self.url, last_event_id));
        FakeTransport {
            connection,
            network: Rc::clone(&self.network),
        }
    }
}

/// One connection, until the source drops its end.
pub(crate) struct FakeConnection {
    url: Arc<str>,
    pub(crate) is_fetch: bool,
    sees_status: bool,
    is_open: Cell<bool>,
    last_event_id: RefCell<Arc<str>>,
    /// `None` once the source has dropped its end.
    sink: RefCell<Option<Sink>>,
    names: RefCell<BTreeSet<String>>,
    listens_to_all: Cell<bool>,
}

impl FakeConnection {
    /// The metadata of the next event, which may have an id.
    pub(crate) fn next_meta(&self, id: Option<&str>) -> EventMeta {
        if let Some(id) = id {
            self.last_event_id.replace(id.into());
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
        if !self.is_open.replace(true) {
            self.emit(TransportEvent::Opened);
        }
    }

    pub(crate) fn lose(&self) {
        self.is_open.set(false);
        self.emit(TransportEvent::Lost {
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
        self.is_open.set(false);
        let error = self.lost("the server ended the stream");
        let unfinished = unfinished.map(|(name, data)| {
            let event = Event::new(data, name.into(), self.next_meta(None));
            UndecodedEvent::from(&event)
        });
        self.emit(TransportEvent::BodyEnded {
            error,
            is_whole: true,
            unfinished,
        });
    }

    pub(crate) fn fail(&self, status: u16) {
        self.is_open.set(false);
        let url = Arc::clone(&self.url);
        let (error, class) = match (self.sees_status, status) {
            (true, 204) => return self.emit(TransportEvent::Finished),
            (true, _) => (Error::status(url, status), FailureClass::Status(status)),
            (false, _) => (Error::given_up(url), FailureClass::Other),
        };
        let loss = Loss::Fail {
            class,
            retry_after: None,
        };
        self.emit(TransportEvent::Lost { error, loss });
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
            url: Arc::clone(&self.url),
            message: self.is_fetch.then(|| message.into()),
        }
    }
}

/// The source's end of a connection.
pub(crate) struct FakeTransport {
    connection: Rc<FakeConnection>,
    network: Rc<FakeNetwork>,
}

impl FakeTransport {
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
}

impl Drop for FakeTransport {
    fn drop(&mut self) {
        self.connection.sink.take();
        self.connection.names.take();
    }
}
