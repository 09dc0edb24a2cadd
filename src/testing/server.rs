//! The server's side of the sources under test.

use std::{
    cell::RefCell,
    fmt,
    rc::{Rc, Weak},
    time::Duration,
};

use super::{
    FakeClock,
    line::{FakeConnector, Line, Request, still_there},
};
use crate::transport::{Frame, Signal};

/// A server that does what a test tells it. While it lives it serves the sources that are opened on this thread, in
/// place of the network: each connects to it and waits until [`open`](Self::open) is called. Clones are the same server.
///
/// Of several servers the one made last serves first. A source that none serves connects to the network, as always.
///
/// What it does reaches every connection that there is. The sources hear of it before the call returns, each as its
/// transport would have it: one over the browser's own source reconnects by itself, and is not told an HTTP status.
#[derive(Clone)]
pub struct FakeServer {
    stage: Rc<Stage>,
    _served: Rc<Served>,
}

/// What a server and the connectors of its sources share.
#[derive(Default)]
pub(super) struct Stage {
    /// Whose sources it serves; all where there is none.
    url: Option<String>,
    clock: FakeClock,
    lines: RefCell<Vec<Weak<Line>>>,
    attempts: RefCell<Vec<Attempt>>,
}

/// An attempt of a source to connect, as the server has seen it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The source's URL.
    pub url: String,
    /// The id of the event after which it wants to go on; empty where there was none.
    pub last_event_id: String,
}

thread_local! {
    static SERVERS: RefCell<Vec<Weak<Stage>>> = const { RefCell::new(Vec::new()) };
}

/// Ends the serving when the last clone goes.
struct Served(Weak<Stage>);

impl Drop for Served {
    fn drop(&mut self) {
        // The thread may be at its end.
        let _ = SERVERS.try_with(|servers| {
            servers.borrow_mut().retain(|stage| !stage.ptr_eq(&self.0));
        });
    }
}

/// The connector of a source that a fake server serves, and the clock that it goes by.
pub(crate) fn in_place_of_network(request: Request) -> Option<(FakeConnector, FakeClock)> {
    let stage = SERVERS.with_borrow(|servers| {
        let mut stages = servers.iter().rev().filter_map(Weak::upgrade);
        stages.find(|stage| stage.url.as_ref().is_none_or(|url| *url == request.url))
    })?;
    Some(serve(stage, request))
}

fn serve(stage: Rc<Stage>, request: Request) -> (FakeConnector, FakeClock) {
    let clock = stage.clock.clone();
    let request = Rc::new(request);
    (FakeConnector { stage, request }, clock)
}

impl Stage {
    pub(super) fn connected(&self, line: &Rc<Line>, last_event_id: &str) {
        let mut lines = self.lines.borrow_mut();
        lines.retain(|line| line.strong_count() > 0);
        lines.push(Rc::downgrade(line));
        self.attempts.borrow_mut().push(Attempt {
            url: line.request.url.clone(),
            last_event_id: last_event_id.to_owned(),
        });
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

    /// Serves the sources that are opened with this very URL, as it was given to them.
    pub fn at(url: impl Into<String>) -> Self {
        Self::serving(Some(url.into()))
    }

    fn serving(url: Option<String>) -> Self {
        let stage = Rc::new(Stage {
            url,
            ..Stage::default()
        });
        SERVERS.with_borrow_mut(|servers| servers.push(Rc::downgrade(&stage)));
        let served = Rc::new(Served(Rc::downgrade(&stage)));
        Self {
            stage,
            _served: served,
        }
    }

    /// For a source that is made by hand.
    #[cfg(all(test, feature = "json"))]
    pub(crate) fn serve(&self, request: Request) -> (FakeConnector, FakeClock) {
        serve(Rc::clone(&self.stage), request)
    }

    /// The clock that the sources go by.
    pub fn clock(&self) -> FakeClock {
        self.stage.clock.clone()
    }

    /// Answers the connections that wait for an answer with an event stream.
    pub fn open(&self) {
        for line in self.lines() {
            if !line.is_open.replace(true) {
                line.tell(Signal::Opened);
            }
        }
    }

    /// Sends an event with its data in JSON. Those that wait for an answer get it first.
    ///
    /// # Panics
    ///
    /// Where serde cannot put the value into JSON.
    #[cfg(feature = "json")]
    pub fn send(&self, name: &str, data: &impl serde::Serialize) {
        let data = serde_json::to_string(data).expect("data that JSON can hold");
        self.send_text(name, &data);
    }

    /// Sends an event with its data as it stands.
    pub fn send_text(&self, name: &str, data: &str) {
        self.send_event(name, data, None);
    }

    /// Sends an event with an id.
    pub fn send_with_id(&self, name: &str, data: &str, id: &str) {
        self.send_event(name, data, Some(id));
    }

    fn send_event(&self, name: &str, data: &str, id: Option<&str>) {
        self.open();
        for line in self.lines() {
            let last = line.provenance(id);
            if line.listens_to(name) {
                let id_field = line.id_field(id);
                line.tell(Signal::Frame(Frame::new(
                    name.into(),
                    last,
                    id_field,
                    &data,
                )));
            } else if line.request.is_fetch {
                line.tell(Signal::Unheard {
                    is_event: true,
                    moved_to: id.is_some().then_some(last),
                });
            }
        }
    }

    /// Sends a comment, which is a sign of life to sources over `fetch`.
    pub fn comment(&self) {
        self.open();
        for line in self.lines().iter().filter(|line| line.request.is_fetch) {
            line.tell(Signal::Unheard {
                is_event: false,
                moved_to: None,
            });
        }
    }

    /// Sets the reconnection time, of which a browser's own source goes by itself.
    pub fn retry(&self, time: Duration) {
        self.open();
        for line in self.lines().iter().filter(|line| line.request.is_fetch) {
            line.tell(Signal::Retry(time));
        }
    }

    /// Cuts the connections.
    pub fn lose(&self) {
        self.lines().iter().for_each(|line| line.lose());
    }

    /// Ends the responses, which by the standard is a loss too, but for a request that is sent once and waits for just
    /// that.
    pub fn end(&self) {
        for line in self.lines() {
            if line.request.ends_by_ending {
                line.tell(Signal::Finished);
            } else {
                line.lose();
            }
        }
    }

    /// Answers the connections that wait for an answer with an HTTP status other than 200. Those that are open fail in the
    /// same way, at once: without the loss and the attempt that would come before such an answer.
    pub fn fail(&self, status: u16) {
        for line in self.lines() {
            line.fail(status);
        }
    }

    /// Answers that there is nothing more to come: status 204.
    pub fn finish(&self) {
        self.fail(204);
    }

    /// How many connections there are, open or waiting for an answer.
    pub fn connections(&self) -> usize {
        self.lines().len()
    }

    /// The attempts to connect that there were, in their order; without those that a browser's own source makes by
    /// itself.
    pub fn attempts(&self) -> Vec<Attempt> {
        self.stage.attempts.borrow().clone()
    }

    /// The names of the events that somebody listens to.
    pub fn listened_names(&self) -> Vec<String> {
        self.lines().iter().flat_map(|line| line.names()).collect()
    }

    fn lines(&self) -> Vec<Rc<Line>> {
        still_there(&self.stage.lines.borrow())
    }
}

impl fmt::Debug for FakeServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeServer")
            .field("url", &self.stage.url)
            .field("connections", &self.connections())
            .finish_non_exhaustive()
    }
}
