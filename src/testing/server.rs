//! The server side of the sources under test.

use std::{fmt, rc::Rc, time::Duration};

#[cfg(feature = "fetch")]
use crate::ResponseHead;
#[cfg(all(test, feature = "json"))]
use crate::transport::{Connector, fake::FakeConnector};
use crate::{
    host::fake::FakeClock,
    transport::{
        Frame, FrameData, TransportEvent,
        fake::{Attempt, FakeConnection, FakeNetwork},
    },
};

/// A server that a test controls. While it lives, it serves the sources that are opened on this thread, in place of the
/// network: each connects to it and waits until [`open`](Self::open) is called. Clones are the same server.
///
/// If there are several servers, the newest one that serves a URL is used. A source that none serves connects to the
/// network, as always.
///
/// Its methods act on all current connections. The sources are told before the call returns, each as its transport
/// would tell it: a source over the browser's own reconnects, and sees no HTTP status unless it
/// [asks](crate::EventSourceBuilder::diagnose).
///
/// While a full [`Queue::wait`](crate::Queue) holds a source back, what the server does with an open connection waits, in
/// order: events, comments, the reconnection time, the end and the loss. It is told when there is room, one thing after the
/// other, before the call returns that made room. The answers to waiting connections and the clock are not held back. What a
/// callback sends arrives when it has returned, even if that is more than a queue has room for.
#[derive(Clone)]
pub struct FakeServer {
    network: Rc<FakeNetwork>,
    _served: Rc<Served>,
}

/// Stops serving when the last clone is dropped.
struct Served(Rc<FakeNetwork>);

impl Drop for Served {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl FakeServer {
    /// Serves every source that is opened from now on.
    #[expect(
        clippy::new_without_default,
        reason = "it does more than to make a value"
    )]
    pub fn new() -> Self {
        Self::serving(None)
    }

    /// Serves the sources that are opened with exactly this URL, as given.
    pub fn at(url: impl Into<String>) -> Self {
        Self::serving(Some(url.into()))
    }

    fn serving(url: Option<String>) -> Self {
        let network = FakeNetwork::begin(url);
        let served = Rc::new(Served(Rc::clone(&network)));
        Self {
            network,
            _served: served,
        }
    }

    /// A connector for a source that a test builds by hand.
    #[cfg(all(test, feature = "json"))]
    pub(crate) fn connector(&self, url: &str, is_fetch: bool) -> Connector {
        let network = Rc::clone(&self.network);
        Connector::Fake(FakeConnector::new(network, url, is_fetch, is_fetch))
    }

    /// Calls back once, from within the next call of a transport that adds or removes a listener.
    #[cfg(all(test, feature = "json"))]
    pub(crate) fn on_listening(&self, callback: impl FnOnce() + 'static) {
        self.network.on_listening.replace(Some(Box::new(callback)));
    }

    /// The clock of the sources.
    pub fn clock(&self) -> FakeClock {
        self.network.clock.clone()
    }

    /// Answers the waiting connections with an event stream.
    pub fn open(&self) {
        self.for_each_connection(FakeConnection::open);
    }

    /// Answers the waiting connections with this response and, if it is no event stream, this body. It is taken as one over the
    /// network is: the standard's rule or the source's [`accept`](crate::Fetch::accept) says whether it is an event stream, an
    /// error has what a refusal says, and status 204 is the end. A connection that is open fails if this is no event stream, as
    /// with [`fail`](Self::fail).
    ///
    /// ```
    /// use typed_eventsource::{ResponseHead, testing::FakeServer};
    ///
    /// # let server = FakeServer::new();
    /// let stream = ResponseHead::new("/mcp", 200)
    ///     .with_header("Content-Type", "text/event-stream")
    ///     .with_header("Mcp-Session-Id", "abc");
    /// server.respond(&stream, "");
    /// let refusal = ResponseHead::new("/mcp", 429).with_header("Retry-After", "34");
    /// server.respond(&refusal, r#"{"error":"quota"}"#);
    /// ```
    #[cfg(feature = "fetch")]
    pub fn respond(&self, response: &ResponseHead, body: &str) {
        self.for_each_connection(|connection| connection.respond(response, body));
    }

    /// Sends an event with its data in JSON. Waiting connections are answered first.
    ///
    /// # Panics
    ///
    /// If serde cannot serialize the value as JSON.
    #[cfg(feature = "json")]
    pub fn send(&self, name: &str, data: &impl serde::Serialize) {
        let data = serde_json::to_string(data).expect("data that JSON can hold");
        self.send_text(name, &data);
    }

    /// Sends an event with its data as given.
    pub fn send_text(&self, name: &str, data: &str) {
        self.send_event(name, data, None);
    }

    /// Sends an event with an id.
    pub fn send_with_id(&self, name: &str, data: &str, id: &str) {
        self.send_event(name, data, Some(id));
    }

    fn send_event(&self, name: &str, data: &str, id: Option<&str>) {
        self.open();
        let (name, data): (Rc<str>, Rc<str>) = (name.into(), data.into());
        let has_id = id.is_some();
        self.for_each_connection(|connection| {
            let (name, data) = (Rc::clone(&name), Rc::clone(&data));
            let (meta, id_field) = (connection.next_meta(id), connection.id_field(id));
            let (bytes, clock) = (size_of_event(&name, &data, id), self.clock());
            connection.when_read(move |connection| {
                let at = clock.now();
                connection.emit(TransportEvent::Read { bytes, at });
                if connection.is_listened_to(&name) {
                    let frame = Frame::new(name, meta, id_field, FrameData::Text(&data));
                    connection.emit(TransportEvent::Event(&frame));
                } else if connection.is_fetch {
                    #[cfg(feature = "fetch")]
                    connection.emit(TransportEvent::Unheard { name: &name });
                    connection.emit(TransportEvent::Unlistened {
                        is_event: true,
                        meta: has_id.then_some(meta),
                    });
                }
            });
        });
    }

    /// Sends a comment, which counts as data received for sources over `fetch`.
    pub fn comment(&self) {
        self.open();
        self.for_each_over_fetch(|connection| {
            connection.when_read(|connection| {
                connection.emit(TransportEvent::Unlistened {
                    is_event: false,
                    meta: None,
                });
            });
        });
    }

    /// Sets the reconnection time, which a browser's own source does not show.
    pub fn retry(&self, time: Duration) {
        self.open();
        self.for_each_over_fetch(|connection| {
            connection
                .when_read(move |connection| connection.emit(TransportEvent::Retry(time.into())));
        });
    }

    /// Cuts the connections.
    pub fn lose(&self) {
        self.for_each_connection(FakeConnection::lose);
    }

    /// Ends the responses. By the standard that is a loss too, except for a request that is sent once, which finishes
    /// with its response.
    pub fn end(&self) {
        self.for_each_connection(|connection| connection.end(None));
    }

    /// Ends the responses within an event of this name, of whose data this much had arrived. A browser's own source is told
    /// nothing of such an event.
    pub fn end_within(&self, name: &str, data: &str) {
        self.for_each_connection(|connection| connection.end(Some((name, data))));
    }

    /// Answers the waiting connections with an HTTP status other than 200. Open connections fail in the same way at
    /// once, without the loss and the new attempt that would come first.
    pub fn fail(&self, status: u16) {
        self.for_each_connection(|connection| connection.fail(status));
    }

    /// Answers with status 204: the server wants no further attempt.
    pub fn finish(&self) {
        self.fail(204);
    }

    /// How many connections there are, open or waiting for an answer.
    pub fn connections(&self) -> usize {
        self.network.connections().len()
    }

    /// The attempts to connect so far, in order. Those that a browser's own source makes when it reconnects are not
    /// included. An attempt for whose [request](crate::Fetch::request) a function is asked arrives when that has answered. Nothing
    /// awaits the function: it is asked, and its future polled, at the next call of this server that concerns connections.
    pub fn attempts(&self) -> Vec<Attempt> {
        self.network.attempts()
    }

    /// The names of the events that have listeners.
    pub fn listened_names(&self) -> Vec<String> {
        let connections = self.network.connections();
        connections
            .iter()
            .flat_map(|connection| connection.names())
            .collect()
    }

    fn for_each_connection(&self, act: impl Fn(&FakeConnection)) {
        let connections = self.network.connections();
        connections.iter().for_each(|connection| act(connection));
    }

    fn for_each_over_fetch(&self, act: impl Fn(&FakeConnection)) {
        self.for_each_connection(|connection| {
            if connection.is_fetch {
                act(connection);
            }
        });
    }
}

/// How many bytes an event has in an event stream.
fn size_of_event(name: &str, data: &str, id: Option<&str>) -> usize {
    let lines = data
        .split('\n')
        .map(|line| "data: \n".len() + line.len())
        .sum::<usize>();
    let id = id.map_or(0, |id| "id: \n".len() + id.len());
    "event: \n\n".len() + name.len() + lines + id
}

impl fmt::Debug for FakeServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeServer")
            .field("url", &self.network.url)
            .field("connections", &self.connections())
            .finish_non_exhaustive()
    }
}
