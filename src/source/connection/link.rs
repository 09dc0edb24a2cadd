//! The link that carries a source's events: a transport, or a share of another source's connection.

use std::{
    rc::{Rc, Weak},
    sync::Arc,
};

use typed_eventsource_core::{FailureClass, Input, Loss, Output, Span, State};

use super::{Connection, Queued, ToldError};
#[cfg(feature = "tabs")]
use crate::source::tabs::{self, Role};
use crate::{
    Error, Stats,
    attempt::Attempt,
    host::Host,
    panics::Panics,
    transport::{Sink, Transport},
};

/// A transport, or a share of another source's connection.
pub(in crate::source) trait Link {
    fn listen(&self, name: &Rc<str>);

    fn unlisten(&self, name: &str);

    /// See [`Transport::listen_to_all`].
    #[cfg(feature = "fetch")]
    fn listen_to_all(&self, listens_to_all: bool);

    /// See [`Transport::hold_back`].
    #[cfg(feature = "fetch")]
    fn hold_back(&self, is_held_back: bool);

    /// See [`Transport::report_all_ids`].
    fn report_all_ids(&self) {}

    /// The browser's own source, if it is one.
    fn as_raw(&self) -> Option<web_sys::EventSource> {
        None
    }

    /// See [`Transport::url`].
    fn url(&self) -> Option<Arc<str>> {
        None
    }

    /// The connection that it is a share of.
    fn carrier(&self) -> Option<&Connection> {
        None
    }

    /// The share of a connection that sources of all tabs share, if it is one.
    #[cfg(feature = "tabs")]
    fn among_tabs(&self) -> Option<&tabs::Share> {
        None
    }

    /// Tells the sharer in a later task that the connection which it has joined is open already: by then it can have listeners.
    fn announce_open_later(&self, _host: &Host) {}

    /// Returns, only once, the state that the sharer has yet to be told after it joined.
    fn take_open_announcement(&self) -> Option<State> {
        None
    }
}

impl Link for Transport {
    fn listen(&self, name: &Rc<str>) {
        self.listen(name);
    }

    fn unlisten(&self, name: &str) {
        self.unlisten(name);
    }

    #[cfg(feature = "fetch")]
    fn listen_to_all(&self, listens_to_all: bool) {
        self.listen_to_all(listens_to_all);
    }

    #[cfg(feature = "fetch")]
    fn hold_back(&self, is_held_back: bool) {
        self.hold_back(is_held_back);
    }

    fn report_all_ids(&self) {
        self.report_all_ids();
    }

    fn as_raw(&self) -> Option<web_sys::EventSource> {
        self.as_raw().cloned()
    }

    fn url(&self) -> Option<Arc<str>> {
        self.url()
    }
}

/// The sources that share a connection.
pub(in crate::source) trait Audience {
    /// Whether an error of the connection would reach any listener of theirs.
    fn is_told_errors(&self) -> bool;

    /// Tells all of them, except those that join while this runs.
    fn relay(&self, panics: &Panics, output: &Output, error: Option<&Error>);

    /// Has each of them, except those that join while this runs, call a function in its turn.
    fn run(&self, panics: &Panics, run: &Rc<dyn Fn(&Connection)>);
}

impl Connection {
    /// The browser's own source that carries it, if one does.
    pub(in crate::source) fn as_raw(&self) -> Option<web_sys::EventSource> {
        let link = self.link()?;
        match link.carrier() {
            Some(carrier) => carrier.as_raw(),
            None => link.as_raw(),
        }
    }

    /// The current link. It is not borrowed, since its methods may come back here.
    pub(super) fn link(&self) -> Option<Rc<dyn Link>> {
        self.held.link.get()
    }

    /// Lets the consumer of a stream run before its queue is full.
    pub(in crate::source) fn yield_for_queue(&self) {
        let link = self.link();
        #[cfg(feature = "tabs")]
        if let Some(share) = link.as_ref().and_then(|link| link.among_tabs()) {
            return share.yield_for_queue(self.queue.capacity_per_turn());
        }
        let carrier = link.as_ref().and_then(|link| link.carrier());
        let place = &carrier.unwrap_or(self).held.connector;
        if let Some(connector) = place.take() {
            connector.yield_for_queue(self.queue.capacity_per_turn());
            place.put(connector);
        }
    }

    /// Removes the connector, as if there had never been one.
    #[cfg(all(test, feature = "json"))]
    pub(in crate::source) fn take_connector(&self) -> Option<crate::transport::Connector> {
        self.held.connector.take()
    }

    pub(super) fn connect(&self) -> Result<(), Error> {
        if !self.may_connect.get() {
            let wait = self.host.open_wait(&self.url);
            if wait > Span::ZERO {
                self.tell(Input::Postponed(wait));
                return Ok(());
            }
            self.may_connect.set(true);
        }
        #[cfg(feature = "fetch")]
        if self.waits_for_refresh() {
            return Ok(());
        }
        #[cfg(feature = "fetch")]
        self.note_request();
        let this = Weak::clone(&self.this);
        let sink: Sink = Rc::new(move |event| {
            if let Some(connection) = this.upgrade() {
                connection.receive(event);
            }
        });
        // The connector is taken out while it connects: a page may have replaced the browser's `EventSource` by code that closes this
        // source.
        let Some(connector) = self.held.connector.take() else {
            return Err(Error::Internal {
                message: "there is nothing to connect with".into(),
            });
        };
        let transport = connector.connect(self.next_attempt(), sink);
        if self.is_closed() {
            return Ok(());
        }
        self.held.connector.put(connector);
        self.carry_by(transport?);
        Ok(())
    }

    /// Has the transport carry the events from now on.
    pub(super) fn carry_by(&self, transport: Transport) {
        for name in self.subscriptions.names() {
            transport.listen(&name);
        }
        #[cfg(feature = "fetch")]
        if !self.any.is_empty() {
            transport.listen_to_all(true);
        }
        #[cfg(feature = "fetch")]
        if self.has_told_hold.get() {
            transport.hold_back(true);
        }
        if self.session().tracks_ids() {
            transport.report_all_ids();
        }
        // A page may have replaced the functions that were called by code that closed the source.
        self.hold(&self.held.link, Rc::new(transport));
    }

    pub(super) fn next_attempt(&self) -> Attempt {
        self.attempts.set(self.attempts.get() + 1);
        Attempt {
            number: self.attempts.get(),
            last_event_id: self.session().last_event_id().to_owned(),
            error: self.attempt_error.take(),
        }
    }

    pub(super) fn connect_again(&self) {
        let connected = match self.held.join.get() {
            Some(join) => join(self),
            None => self.connect(),
        };
        if let Err(error) = connected {
            let loss = Loss::Fail {
                class: FailureClass::Hopeless,
                retry_after: None,
            };
            self.push(Queued::bringing(Input::Lost(loss), error));
        }
    }

    /// Events that had arrived are still delivered. Inputs about the connection itself are dropped.
    pub(super) fn disconnect(&self) {
        drop(self.held.link.take());
        drop(self.held.next.take());
        let mut inputs = self.inputs.borrow_mut();
        for _ in 0..inputs.len() {
            if let Some(queued) = inputs.pop_front()
                && !queued.is_about_connection()
            {
                inputs.push_back(queued);
            }
        }
    }

    /// Shares another source's connection by this link.
    pub(in crate::source) fn share(&self, carrier: &Self, link: Rc<dyn Link>) {
        let state = carrier.session().state();
        self.attach(link);
        #[cfg(feature = "fetch")]
        self.note_response(carrier.response.get());
        if !self.gaps.is_empty() {
            carrier.enable_id_tracking();
        }
        if let Some(tell) = self.tell_attempt.get() {
            carrier.tell_attempts(tell);
        }
        if !self.streams.is_empty() {
            self.yield_for_queue();
        }
        self.push(Input::Relayed(Output::State(state)).into());
        self.drain();
    }

    /// Shares a connection with sources of all tabs by this link.
    #[cfg(feature = "tabs")]
    pub(in crate::source) fn share_among_tabs(&self, share: Rc<tabs::Share>) {
        self.attach(Rc::clone(&share) as _);
        if !self.gaps.is_empty() {
            share.report_all_ids();
        }
        if self.tell_attempt.get().is_some() {
            share.tell_attempts();
        }
        if !self.streams.is_empty() {
            self.yield_for_queue();
        }
    }

    /// Who has the connection.
    #[cfg(feature = "tabs")]
    pub(in crate::source) fn role(&self) -> Role {
        let link = self.link();
        let share = link.as_ref().and_then(|link| link.among_tabs());
        share.map_or(Role::Own, tabs::Share::role)
    }

    /// How many tabs share the connection.
    #[cfg(feature = "tabs")]
    pub(in crate::source) fn tabs(&self) -> usize {
        let link = self.link();
        let share = link.as_ref().and_then(|link| link.among_tabs());
        share.map_or(1, tabs::Share::tabs)
    }

    /// Receives events by the link from now on.
    fn attach(&self, link: Rc<dyn Link>) {
        for name in self.subscriptions.names() {
            link.listen(&name);
        }
        #[cfg(feature = "fetch")]
        if !self.any.is_empty() {
            link.listen_to_all(true);
        }
        #[cfg(feature = "fetch")]
        if self.has_told_hold.get() {
            link.hold_back(true);
        }
        self.hold(&self.held.link, link);
    }

    /// Keeps what the source is still asked for after it has left a shared connection, and where it goes on: that connection may
    /// have received events before the source joined it.
    pub(in crate::source) fn left(&self, last_event_id: &str, stats: Stats) {
        self.note_last_event_id();
        self.session().note_last_event_id(last_event_id);
        self.left_stats.put(stats);
    }

    /// The source was created just now, so it has no listeners yet.
    pub(super) fn announce_open_later(&self) {
        if self.session().state() == State::Open
            && let Some(link) = self.link()
        {
            link.announce_open_later(&self.host);
        }
    }

    /// Tells the source what has happened to the connection that it shares.
    pub(in crate::source) fn relayed(&self, output: Output, error: Option<Error>) {
        self.announce_open();
        #[cfg(feature = "fetch")]
        if let Some(carrier) = self.link().as_ref().and_then(|link| link.carrier()) {
            self.note_response(carrier.response.get());
        }
        // If no sharer listens to errors, the shared connection writes the error to the console.
        self.push_relayed(output, error, true);
    }

    /// Tells the source what has happened to the connection that it shares with sources of all tabs. Nobody else writes an error to
    /// this tab's console.
    #[cfg(feature = "tabs")]
    pub(in crate::source) fn relayed_among_tabs(&self, output: Output, error: Option<Error>) {
        self.push_relayed(output, error, false);
    }

    fn push_relayed(&self, output: Output, error: Option<Error>, is_reported: bool) {
        self.push(Queued::Input {
            input: Input::Relayed(output),
            error: error.map(|error| ToldError {
                error: error.into(),
                is_reported,
            }),
        });
        self.drain();
    }

    /// Calls a function of the shared connection in its turn.
    pub(in crate::source) fn run_in_turn(&self, run: Rc<dyn Fn(&Self)>) {
        self.announce_open();
        self.push(Queued::Run(run));
        self.drain();
    }

    /// Reports that the joined connection is open, if that is still to be announced.
    pub(in crate::source) fn announce_open(&self) {
        let announcement = self.link().and_then(|link| link.take_open_announcement());
        if let Some(state) = announcement {
            self.push(Input::Relayed(Output::State(state)).into());
            self.drain();
        }
    }
}
