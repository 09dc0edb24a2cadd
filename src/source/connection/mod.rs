//! One source: what its handles, listeners and streams share.
//!
//! Everything that happens becomes a [`Task`], and tasks run one after the other: what happens while a callback runs
//! waits until that callback has returned. Closing alone takes effect at once.

mod ids;
mod listening;
mod tasks;
mod trouble;

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::{Rc, Weak},
    time::Duration,
};

use super::{closed::End, queue::Queue, slots::Slots, subscriptions::Subscriptions};
use crate::{
    CloseReason, Error, Policy, State,
    event::Provenance,
    host::{Guard, Host},
    ids::{Gap, Ids},
    policy::machine::Machine,
    transport::{Connector, Transport},
};
use tasks::Task;

type ErrorCallback = dyn FnMut(&Error);
type GapCallback = dyn FnMut(&Gap);
type StateCallback = dyn FnMut(&State);
type NoticeCallback = dyn FnMut(Notice<'_>);

/// What a stream hears of its source beside the events.
#[derive(Clone, Copy, Debug)]
pub(super) enum Notice<'a> {
    Error(&'a Error),
    End(Option<&'a Error>),
}

/// What a source is made of.
pub(super) struct Settings {
    pub(super) url: String,
    pub(super) policy: Policy,
    pub(super) queue: Queue,
    /// How many ids to remember.
    pub(super) deduplicate: usize,
    pub(super) terminal_event: Option<String>,
    pub(super) terminal_data: Option<String>,
    pub(super) host: Box<dyn Host>,
}

pub(crate) struct Connection {
    settings: Settings,
    this: Weak<Self>,
    /// Until the close: what it has captured may lead back to the source.
    connector: RefCell<Option<Box<dyn Connector>>>,
    machine: RefCell<Machine>,
    state: RefCell<State>,
    transport: RefCell<Option<Box<dyn Transport>>>,
    timer: RefCell<Option<(Duration, Guard)>>,
    /// What it has asked others to tell it.
    guards: RefCell<Vec<Guard>>,
    /// Of the last event.
    provenance: RefCell<Option<Provenance>>,
    ids: RefCell<Ids>,
    /// Whether anybody wants to know of them.
    heeds_ids: Cell<bool>,
    tasks: RefCell<VecDeque<Task>>,
    running: Cell<bool>,
    /// Goes on with the tasks where a callback has panicked.
    rescue: RefCell<Option<Guard>>,
    subscriptions: Subscriptions,
    gaps: Slots<GapCallback>,
    errors: Slots<ErrorCallback>,
    states: Slots<StateCallback>,
    streams: Slots<NoticeCallback>,
    end: Rc<End>,
}

impl Connection {
    pub(super) fn open(
        settings: Settings,
        connector: Box<dyn Connector>,
    ) -> Result<Rc<Self>, Error> {
        let connection = Self::new(settings, connector);
        connection.listen_for_the_end();
        connection.connect()?;
        connection.heed_online();
        connection.arm();
        Ok(connection)
    }

    /// One that was closed before it could connect.
    pub(super) fn closed(settings: Settings, connector: Box<dyn Connector>) -> Rc<Self> {
        let connection = Self::new(settings, connector);
        connection.close(CloseReason::Requested);
        connection
    }

    fn new(mut settings: Settings, connector: Box<dyn Connector>) -> Rc<Self> {
        let now = settings.host.now();
        let policy = std::mem::take(&mut settings.policy);
        let (window, position) = (settings.deduplicate, connector.position());
        let start = position.as_ref().map_or("", Provenance::last_event_id);
        let ids = Ids::new(window, start);
        Rc::new_cyclic(|this| Self {
            machine: RefCell::new(Machine::new(policy, connector.is_repeatable(), now)),
            ids: RefCell::new(ids),
            heeds_ids: Cell::new(window > 0),
            provenance: RefCell::new(position),
            connector: RefCell::new(Some(connector)),
            settings,
            this: Weak::clone(this),
            state: RefCell::new(State::Connecting),
            transport: RefCell::default(),
            timer: RefCell::default(),
            guards: RefCell::default(),
            tasks: RefCell::default(),
            running: Cell::default(),
            rescue: RefCell::default(),
            subscriptions: Subscriptions::default(),
            gaps: Slots::default(),
            errors: Slots::default(),
            states: Slots::default(),
            streams: Slots::default(),
            end: Rc::default(),
        })
    }

    pub(super) fn url(&self) -> &str {
        &self.settings.url
    }

    pub(super) fn queue(&self) -> Queue {
        self.settings.queue
    }

    pub(super) fn state(&self) -> State {
        self.state.borrow().clone()
    }

    pub(super) fn last_event_id(&self) -> String {
        let last = self.provenance.borrow();
        last.as_ref()
            .map_or_else(String::new, |last| last.position().to_owned())
    }

    pub(super) fn end(&self) -> &Rc<End> {
        &self.end
    }

    pub(super) fn with_transport<T>(&self, read: impl FnOnce(&dyn Transport) -> T) -> Option<T> {
        self.transport.borrow().as_deref().map(read)
    }

    /// Holds it until the close.
    pub(super) fn hold(&self, guard: Guard) {
        if !self.is_closed() {
            self.guards.borrow_mut().push(guard);
        }
    }

    fn is_closed(&self) -> bool {
        self.state.borrow().is_closed()
    }

    fn now(&self) -> Duration {
        self.settings.host.now()
    }
}

/// Ending.
impl Connection {
    /// Ends the source at once: nothing more is received or handed over. The error that ended it is told, then the
    /// closed state, once what is running has returned.
    pub(super) fn close(&self, reason: CloseReason) {
        if self.is_closed() {
            return;
        }
        let rule = self.machine.borrow_mut().close();
        self.state.replace(State::Closed(reason.clone()));
        drop(self.transport.take());
        drop(self.timer.take());
        drop(self.guards.take());
        let connector = self.connector.take();
        drop((connector, rule));
        self.subscriptions.clear();
        self.gaps.clear();
        if reason.error().is_none() {
            self.errors.clear();
        }
        let heard = !self.errors.is_empty() || !self.streams.is_empty();
        self.run(Task::Closed { heard });
    }

    fn finish(&self, heard: bool) {
        let state = self.state();
        let State::Closed(reason) = &state else {
            return;
        };
        // Whoever panics, the others are told none the less.
        self.then(Task::Closed { heard: true });
        if let Some(error) = reason.error() {
            self.errors.each_once(|callback| callback(error));
            if !heard {
                self.settings.host.report(error);
            }
        }
        self.streams
            .each_once(|callback| callback(Notice::End(reason.error())));
        self.states.each_once(|callback| callback(&state));
        self.end.reach(reason.clone());
        self.take_back();
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if !self.is_closed() {
            self.end.reach(CloseReason::Dropped);
        }
    }
}
