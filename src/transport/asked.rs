//! The browser's own `EventSource`, of a URL for which a user's function is asked.

use std::{
    cell::{Cell, OnceCell, RefCell},
    future::poll_fn,
    pin::pin,
    rc::Rc,
    task::{Poll, Waker},
};

use wasm_bindgen_futures::spawn_local;

use super::{
    BrowserConnector, BrowserTransport, Sink, TransportEvent,
    fetch::{RequestFunction, ask, unmade},
    leaving::LeaveWatch,
};
use crate::{Attempt, Error, place::Place};

/// A user's function that is asked for the URL of each attempt.
///
/// Only a builder that is given one refers to the transport that asks it. So an app that gives none has none of that in its
/// wasm.
#[derive(Clone, Debug)]
pub(crate) struct UrlFunction {
    pub(crate) function: RequestFunction,
    pub(super) connect:
        fn(RequestFunction, BrowserConnector, Attempt, Sink) -> Box<dyn AskedSource>,
}

impl UrlFunction {
    pub(crate) fn new(function: RequestFunction) -> Self {
        let connect = |function, connector, attempt, sink| -> Box<dyn AskedSource> {
            Box::new(AskedTransport::new(function, connector, attempt, sink))
        };
        Self { function, connect }
    }
}

impl PartialEq for UrlFunction {
    fn eq(&self, other: &Self) -> bool {
        self.function == other.function
    }
}

/// A source of the browser that begins when its URL is known.
pub(crate) trait AskedSource {
    /// See [`Transport::listen`](super::Transport::listen).
    fn listen(&self, name: &Rc<str>);

    /// See [`Transport::unlisten`](super::Transport::unlisten).
    fn unlisten(&self, name: &str);

    /// See [`Transport::as_raw`](super::Transport::as_raw).
    fn as_raw(&self) -> Option<&web_sys::EventSource>;
}

/// A transport that begins when the URL is known. Dropping it drops the user's future, too.
struct AskedTransport(Rc<Asked>);

struct Asked {
    sink: Sink,
    /// The names to listen to once there is a transport.
    names: RefCell<Vec<Rc<str>>>,
    transport: OnceCell<BrowserTransport>,
    is_dropped: Cell<bool>,
    /// The waker of the task, for when this is dropped.
    waker: Place<Waker>,
    leaving: OnceCell<LeaveWatch>,
    /// The failure that happened while the page was about to be left.
    failure: Place<TransportEvent<'static>>,
}

impl AskedTransport {
    fn new(
        function: RequestFunction,
        connector: BrowserConnector,
        attempt: Attempt,
        sink: Sink,
    ) -> Self {
        let asked = Rc::new(Asked {
            sink,
            names: RefCell::default(),
            transport: OnceCell::new(),
            is_dropped: Cell::default(),
            waker: Place::default(),
            leaving: OnceCell::new(),
            failure: Place::default(),
        });
        let weak = Rc::downgrade(&asked);
        let _ = asked.leaving.set(LeaveWatch::new(move || {
            if let Some(asked) = weak.upgrade()
                && let Some(failure) = asked.failure.take()
            {
                asked.emit(failure);
            }
        }));
        let connector = async move {
            let Attempt { last_event_id, .. } = &attempt;
            let answer = ask(&function, &attempt, connector.url()).await?;
            let connector = match answer.url {
                Some(url) => connector.with_url(&url)?,
                None => connector,
            };
            Ok((connector, last_event_id.clone()))
        };
        spawn_local(Rc::clone(&asked).run(connector));
        Self(asked)
    }
}

impl AskedSource for AskedTransport {
    fn listen(&self, name: &Rc<str>) {
        match self.0.transport.get() {
            Some(transport) => transport.listen(name),
            None => self.0.names.borrow_mut().push(Rc::clone(name)),
        }
    }

    fn unlisten(&self, name: &str) {
        match self.0.transport.get() {
            Some(transport) => transport.unlisten(name),
            None => self
                .0
                .names
                .borrow_mut()
                .retain(|listened| **listened != *name),
        }
    }

    fn as_raw(&self) -> Option<&web_sys::EventSource> {
        self.0.transport.get().map(BrowserTransport::as_raw)
    }
}

impl Drop for AskedTransport {
    fn drop(&mut self) {
        self.0.is_dropped.set(true);
        if let Some(waker) = self.0.waker.take() {
            waker.wake();
        }
    }
}

impl Asked {
    /// Waits for the connector, and connects, unless the transport is dropped before. A user's future may never resolve.
    async fn run(
        self: Rc<Self>,
        connector: impl Future<Output = Result<(BrowserConnector, String), Error>>,
    ) {
        let mut connector = pin!(connector);
        let known = poll_fn(|context| {
            // No waker is kept while users' code runs, as in a request of `fetch`.
            drop(self.waker.take());
            if !self.is_dropped.get()
                && let Poll::Ready(known) = connector.as_mut().poll(context)
            {
                return Poll::Ready(Some(known));
            }
            if self.is_dropped.get() {
                return Poll::Ready(None);
            }
            self.waker.put(context.waker().clone());
            Poll::Pending
        });
        let connected = match known.await {
            Some(Ok((connector, last_event_id))) => self.connect(&connector, &last_event_id),
            Some(Err(error)) => Err(error),
            None => Ok(()),
        };
        if let Err(error) = connected {
            let failure = unmade(error);
            match self.leaving.get().is_some_and(LeaveWatch::is_leaving) {
                true => self.failure.put(failure),
                false => self.emit(failure),
            }
        }
    }

    fn connect(&self, connector: &BrowserConnector, last_event_id: &str) -> Result<(), Error> {
        self.emit(TransportEvent::Requested { is_safe: true });
        if self.is_dropped.get() {
            return Ok(());
        }
        let transport = connector.connect(last_event_id, Rc::clone(&self.sink))?;
        for name in self.names.take() {
            transport.listen(&name);
        }
        // It is set only once.
        let _ = self.transport.set(transport);
        Ok(())
    }

    fn emit(&self, event: TransportEvent<'static>) {
        if !self.is_dropped.get() {
            (self.sink)(event);
        }
    }
}
