//! What carries a source's events: a transport, or a share of another source's.

use std::rc::{Rc, Weak};

use typed_eventsource_core::{FailureClass, Input, Loss, Output};

use super::{Connection, Queued, ToldError};
use crate::{
    Error,
    source::sharing::Share,
    transport::{Sink, Transport},
};

pub(in crate::source) enum Link {
    Own(Transport),
    Shared(Share),
}

impl Link {
    pub(super) fn listen(&self, name: &str) {
        match self {
            Self::Own(transport) => transport.listen(name),
            Self::Shared(share) => share.listen(name),
        }
    }

    pub(super) fn unlisten(&self, name: &str) {
        match self {
            Self::Own(transport) => transport.unlisten(name),
            Self::Shared(share) => share.unlisten(name),
        }
    }

    /// That of the connection that is shared, which is ahead of what one of the sharers has received.
    pub(super) fn last_event_id(&self) -> Option<String> {
        match self {
            Self::Own(_) => None,
            Self::Shared(share) => Some(share.carrier().last_event_id()),
        }
    }
}

impl Connection {
    /// The browser's own source that carries it, where one does.
    pub(in crate::source) fn as_raw(&self) -> Option<web_sys::EventSource> {
        match &*self.link()? {
            Link::Own(transport) => transport.as_raw().cloned(),
            Link::Shared(share) => share.carrier().as_raw(),
        }
    }

    /// What carries it now, not borrowed: what is done with it may come back here.
    pub(super) fn link(&self) -> Option<Rc<Link>> {
        self.held.link.borrow().clone()
    }

    /// As if there had never been one.
    #[cfg(all(test, feature = "json"))]
    pub(in crate::source) fn take_connector(&self) -> Option<crate::transport::Connector> {
        self.held.connector.take()
    }

    pub(super) fn connect(&self) -> Result<(), Error> {
        let this = Weak::clone(&self.this);
        let sink: Sink = Rc::new(move |event| {
            if let Some(connection) = this.upgrade() {
                connection.receive(event);
            }
        });
        // Out of its place meanwhile: what a page has put in place of the browser's `EventSource` may close this.
        let Some(connector) = self.held.connector.take() else {
            return Err(Error::Internal {
                message: "there is nothing to connect with".into(),
            });
        };
        let last_event_id = self.session.borrow().last_event_id().to_owned();
        let transport = connector.connect(&last_event_id, sink);
        if self.is_closed() {
            return Ok(());
        }
        self.held.connector.replace(Some(connector));
        let transport = transport?;
        for name in self.subscriptions.names() {
            transport.listen(&name);
        }
        if self.session.borrow().wants_ids() {
            transport.report_all_ids();
        }
        // The browser's functions that were called may be a page's own, and have closed the source.
        self.hold(&self.held.link, Rc::new(Link::Own(transport)));
        Ok(())
    }

    pub(super) fn connect_again(&self) {
        if let Err(error) = self.connect() {
            let loss = Loss::Fail {
                class: FailureClass::Hopeless,
                retry_after: None,
            };
            self.push(Queued::bringing(Input::Lost(loss), error));
        }
    }

    /// Events that had arrived are still delivered; how the connection fared is of no concern any more.
    pub(super) fn disconnect(&self) {
        drop(self.held.link.take());
        let mut inputs = self.inputs.borrow_mut();
        for _ in 0..inputs.len() {
            if let Some(queued) = inputs.pop_front()
                && !queued.is_about_connection()
            {
                inputs.push_back(queued);
            }
        }
    }

    pub(super) fn share(self: &Rc<Self>, carrier: &Rc<Self>) {
        let state = carrier.session.borrow().state();
        let share = Share::new(carrier, self, &self.host, state);
        self.hold(&self.held.link, Rc::new(Link::Shared(share)));
        if let Some(connector) = &*carrier.held.connector.borrow() {
            connector.yield_for_queue(self.queue.capacity());
        }
        self.push(Input::Relayed(Output::State(state)).into());
        self.drain();
    }

    /// Tells the source of what has happened to the connection that it shares.
    pub(in crate::source) fn relay(&self, output: Output, error: Option<Error>) {
        self.greet();
        self.push(Queued::Input {
            input: Input::Relayed(output),
            // Where none of them listens to errors, the connection itself reports it.
            error: error.map(|error| ToldError {
                error,
                is_reported: true,
            }),
        });
        self.drain();
    }

    /// Tells of an open connection that was joined, unless that is done.
    pub(in crate::source) fn greet(&self) {
        let greeting = match self.link().as_deref() {
            Some(Link::Shared(share)) => share.take_greeting(),
            _ => None,
        };
        if let Some(state) = greeting {
            self.push(Input::Relayed(Output::State(state)).into());
            self.drain();
        }
    }
}
