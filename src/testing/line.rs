//! The connections of a fake server, behind the seam where those of browsers are.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::{Rc, Weak},
};

use super::server::Stage;
use crate::{
    Error,
    event::Provenance,
    ids::IdField,
    policy::machine::Outlook,
    transport::{Connector, Signal, Sink, Transport},
};

/// Where all of its events come from.
const ORIGIN: &str = "fake:";

/// What a fake server has to know of the source that it serves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) url: String,
    /// Whether it is made by `fetch`, which tells more and reconnects nothing.
    pub(crate) is_fetch: bool,
    pub(crate) is_repeatable: bool,
    /// Whether the end of the response is what was to be waited for.
    pub(crate) ends_by_ending: bool,
    /// Where it is to go on from.
    pub(crate) start: Option<Rc<str>>,
}

pub(crate) struct FakeConnector {
    pub(super) stage: Rc<Stage>,
    pub(super) request: Rc<Request>,
}

/// One connection, until it is dropped at the source's end.
pub(super) struct Line {
    pub(super) request: Rc<Request>,
    pub(super) is_open: Cell<bool>,
    last_event_id: RefCell<Rc<str>>,
    /// `None` once the source has dropped its end.
    sink: RefCell<Option<Sink>>,
    names: RefCell<BTreeSet<String>>,
}

impl Line {
    /// Where the next event comes from, which may have an id.
    pub(super) fn provenance(&self, id: Option<&str>) -> Provenance {
        if let Some(id) = id {
            self.last_event_id.replace(id.into());
        }
        Provenance::Known {
            last_event_id: self.last_event_id.borrow().clone(),
            origin: ORIGIN.into(),
        }
    }

    pub(super) fn id_field(&self, id: Option<&str>) -> IdField {
        match id {
            _ if !self.request.is_fetch => IdField::Untold,
            Some(_) => IdField::Present,
            None => IdField::Absent,
        }
    }

    pub(super) fn lose(&self) {
        self.is_open.set(false);
        let is_fetch = self.request.is_fetch;
        let message = is_fetch.then(|| "the connection was cut".to_owned());
        let url = self.request.url.clone();
        self.tell(Signal::Lost {
            error: Error::ConnectionLost { url, message },
            outlook: if is_fetch {
                Outlook::Reestablish
            } else {
                Outlook::Reconnecting
            },
        });
    }

    pub(super) fn fail(&self, status: u16) {
        self.is_open.set(false);
        let url = self.request.url.clone();
        let error = match (self.request.is_fetch, status) {
            (true, 204) => return self.tell(Signal::Finished),
            (true, _) => Error::Status {
                url,
                status,
                content_type: None,
                body: String::new(),
            },
            (false, _) => Error::GivenUp { url },
        };
        let outlook = Outlook::Failed { retry_after: None };
        self.tell(Signal::Lost { error, outlook });
    }

    pub(super) fn tell(&self, signal: Signal<'_>) {
        let sink = self.sink.borrow().clone();
        if let Some(sink) = sink {
            sink(signal);
        }
    }

    pub(super) fn listens_to(&self, name: &str) -> bool {
        self.names.borrow().contains(name)
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.names.borrow().iter().cloned().collect()
    }
}

impl Connector for FakeConnector {
    fn connect(&self, last_event_id: &str, sink: Sink) -> Result<Box<dyn Transport>, Error> {
        let line = Rc::new(Line {
            request: Rc::clone(&self.request),
            is_open: Cell::default(),
            last_event_id: RefCell::new(last_event_id.into()),
            sink: RefCell::new(Some(sink)),
            names: RefCell::default(),
        });
        self.stage.connected(&line, last_event_id);
        Ok(Box::new(FakeTransport(line)))
    }

    fn position(&self) -> Option<Provenance> {
        Some(Provenance::Known {
            last_event_id: self.request.start.clone()?,
            origin: Rc::default(),
        })
    }

    fn is_repeatable(&self) -> bool {
        self.request.is_repeatable
    }
}

struct FakeTransport(Rc<Line>);

impl Transport for FakeTransport {
    fn listen(&self, name: &str) {
        let is_new = self.0.names.borrow_mut().insert(name.to_owned());
        debug_assert!(is_new, "{name} is listened to already");
    }

    fn unlisten(&self, name: &str) {
        let was_there = self.0.names.borrow_mut().remove(name);
        debug_assert!(was_there, "{name} was not listened to");
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Drop for FakeTransport {
    fn drop(&mut self) {
        self.0.sink.take();
        self.0.names.take();
    }
}

/// Those that are still held at the source's end.
pub(super) fn still_there(lines: &[Weak<Line>]) -> Vec<Rc<Line>> {
    lines.iter().filter_map(Weak::upgrade).collect()
}
