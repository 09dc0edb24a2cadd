//! One source: what its handles, listeners and streams share.
//!
//! Everything that happens becomes a [`Task`], and tasks run one after the other: what happens while a callback runs
//! waits until that callback has returned. Closing alone takes effect at once.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::{Rc, Weak},
    time::Duration,
};

use super::{
    closed::End,
    listener::Listener,
    queue::{Pushed, Queue},
    slots::{Slot, Slots},
    subscriptions::{Failure, FrameCallback, Reception, Subscriptions, check_name},
};
use crate::{
    CloseReason, Error, Event, Policy, State,
    event::Provenance,
    host::{Host, Timer},
    policy::machine::{Machine, Tick, Trouble, Verdict},
    transport::{Connector, Signal, Sink, Transport},
};

type ErrorCallback = dyn FnMut(&Error);
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
    pub(super) terminal_event: Option<String>,
    pub(super) terminal_data: Option<String>,
    pub(super) connector: Box<dyn Connector>,
    pub(super) host: Box<dyn Host>,
}

pub(crate) struct Connection {
    settings: Settings,
    this: Weak<Self>,
    machine: RefCell<Machine>,
    state: RefCell<State>,
    transport: RefCell<Option<Box<dyn Transport>>>,
    timer: RefCell<Option<(Duration, Timer)>>,
    /// Of the last event.
    provenance: RefCell<Option<Rc<dyn Provenance>>>,
    tasks: RefCell<VecDeque<Task>>,
    running: Cell<bool>,
    subscriptions: Subscriptions,
    errors: Slots<ErrorCallback>,
    states: Slots<StateCallback>,
    streams: Slots<NoticeCallback>,
    #[cfg(feature = "npm")]
    kept: super::kept::Kept,
    end: Rc<End>,
}

/// What waits while another task runs.
enum Task {
    Opened,
    Frame(Event<String>),
    Lost { error: Error, reconnecting: bool },
    Tick,
    Overflowed(Pushed),
    Closed,
}

impl Connection {
    pub(super) fn open(mut settings: Settings) -> Result<Rc<Self>, Error> {
        let now = settings.host.now();
        let policy = std::mem::take(&mut settings.policy);
        let connection = Rc::new_cyclic(|this| Self {
            machine: RefCell::new(Machine::new(policy, now)),
            settings,
            this: Weak::clone(this),
            state: RefCell::new(State::Connecting),
            transport: RefCell::default(),
            timer: RefCell::default(),
            provenance: RefCell::default(),
            tasks: RefCell::default(),
            running: Cell::default(),
            subscriptions: Subscriptions::default(),
            errors: Slots::default(),
            states: Slots::default(),
            streams: Slots::default(),
            #[cfg(feature = "npm")]
            kept: Default::default(),
            end: Rc::default(),
        });
        connection.listen_for_the_end();
        connection.connect()?;
        connection.arm();
        Ok(connection)
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
            .map_or_else(String::new, |last| last.last_event_id().to_owned())
    }

    pub(super) fn end(&self) -> &Rc<End> {
        &self.end
    }

    pub(super) fn with_transport<T>(&self, read: impl FnOnce(&dyn Transport) -> T) -> Option<T> {
        self.transport.borrow().as_deref().map(read)
    }

    #[cfg(feature = "npm")]
    pub(super) fn kept(&self) -> &super::kept::Kept {
        &self.kept
    }

    #[cfg(feature = "npm")]
    pub(super) fn keep(&self, listener: Listener) -> super::kept::KeptListener {
        super::kept::KeptListener {
            connection: Weak::clone(&self.this),
            key: (!self.is_closed()).then(|| self.kept.keep(listener)),
        }
    }

    fn is_closed(&self) -> bool {
        self.state.borrow().is_closed()
    }

    fn now(&self) -> Duration {
        self.settings.host.now()
    }
}

/// Listening.
impl Connection {
    pub(super) fn on_frame(
        self: &Rc<Self>,
        name: &str,
        callback: Box<FrameCallback>,
    ) -> Result<Listener, Error> {
        check_name(name)?;
        if self.is_closed() {
            return Ok(Listener::inert(self));
        }
        let slot = self.subscribe(name, callback);
        let name = name.to_owned();
        Ok(Listener::new(self, move |connection| {
            if connection.subscriptions.remove(&name, &slot) {
                connection.with_transport(|transport| transport.unlisten(&name));
            }
        }))
    }

    pub(super) fn on_error(self: &Rc<Self>, callback: Box<ErrorCallback>) -> Listener {
        if self.is_closed() {
            return Listener::inert(self);
        }
        let slot = self.errors.add(callback);
        Listener::new(self, move |connection| connection.errors.remove(&slot))
    }

    pub(super) fn on_state(self: &Rc<Self>, callback: Box<StateCallback>) -> Listener {
        if self.is_closed() {
            return Listener::inert(self);
        }
        let slot = self.states.add(callback);
        Listener::new(self, move |connection| connection.states.remove(&slot))
    }

    /// For a stream; one that comes after the end is told of it at once.
    pub(super) fn on_notice(self: &Rc<Self>, mut callback: Box<NoticeCallback>) -> Listener {
        if let State::Closed(reason) = self.state() {
            callback(Notice::End(reason.error()));
            return Listener::inert(self);
        }
        let slot = self.streams.add(callback);
        Listener::new(self, move |connection| connection.streams.remove(&slot))
    }

    fn subscribe(&self, name: &str, callback: Box<FrameCallback>) -> Rc<Slot<FrameCallback>> {
        let (slot, is_first) = self.subscriptions.add(name, callback);
        if is_first {
            self.with_transport(|transport| transport.listen(name));
        }
        slot
    }

    /// The events by which the server says that it is done have to be heard even where nobody else listens to them.
    fn listen_for_the_end(&self) {
        let unnamed = self.settings.terminal_data.as_ref().map(|_| "message");
        for name in self
            .settings
            .terminal_event
            .as_deref()
            .into_iter()
            .chain(unnamed)
        {
            self.subscribe(name, Box::new(|_| Reception::Ignored));
        }
    }
}

/// Running.
impl Connection {
    fn connect(&self) -> Result<(), Error> {
        let this = Weak::clone(&self.this);
        let sink: Sink = Rc::new(move |signal| {
            if let Some(connection) = this.upgrade() {
                connection.receive(signal);
            }
        });
        let transport = self
            .settings
            .connector
            .connect(&self.last_event_id(), sink)?;
        for name in self.subscriptions.names() {
            transport.listen(&name);
        }
        *self.transport.borrow_mut() = Some(transport);
        Ok(())
    }

    fn receive(&self, signal: Signal<'_>) {
        match signal {
            // The usual case, in which nothing need be copied.
            Signal::Frame(frame) if !self.running.get() => {
                let running = Running::new(&self.running);
                self.frame(&frame);
                drop(running);
                self.drain();
            }
            Signal::Frame(frame) => self.run(Task::Frame(frame.map(str::to_owned))),
            Signal::Opened => self.run(Task::Opened),
            Signal::Lost {
                error,
                reconnecting,
            } => self.run(Task::Lost {
                error,
                reconnecting,
            }),
        }
    }

    pub(super) fn overflowed(&self, pushed: Pushed) {
        self.run(Task::Overflowed(pushed));
    }

    fn run(&self, task: Task) {
        self.tasks.borrow_mut().push_back(task);
        self.drain();
    }

    fn drain(&self) {
        if self.running.get() {
            return;
        }
        let running = Running::new(&self.running);
        while let Some(task) = self.next_task() {
            self.perform(task);
        }
        drop(running);
        self.arm();
    }

    fn next_task(&self) -> Option<Task> {
        self.tasks.borrow_mut().pop_front()
    }

    fn perform(&self, task: Task) {
        match task {
            Task::Closed => self.finish(),
            _ if self.is_closed() => {}
            Task::Opened => {
                self.machine.borrow_mut().opened(self.now());
                self.enter(State::Open);
            }
            Task::Frame(frame) => self.frame(&frame.with_data(&frame.data)),
            Task::Lost {
                error,
                reconnecting,
            } => self.lost(error, reconnecting),
            Task::Tick => self.tick(),
            Task::Overflowed(pushed) => self.overflow(pushed),
        }
    }

    fn frame(&self, frame: &Event<&str>) {
        self.machine.borrow_mut().event(|| self.now());
        self.provenance.replace(Some(Rc::clone(frame.provenance())));
        if self.settings.terminal_data.as_deref() == Some(frame.data) {
            return self.close(CloseReason::Finished);
        }
        if let Some(callbacks) = self.subscriptions.get(frame.name()) {
            let (mut decoded, mut failures) = (false, Vec::new());
            callbacks.each(|callback| match callback(frame) {
                Reception::Ignored => {}
                Reception::Decoded => decoded = true,
                Reception::Failed(failure) => failures.push(failure),
            });
            if !failures.is_empty() {
                self.undecoded(failures);
            } else if decoded {
                self.machine.borrow_mut().decoded();
            }
        }
        if self.settings.terminal_event.as_deref() == Some(frame.name()) {
            self.close(CloseReason::Finished);
        }
    }

    /// However many subscribers failed to decode it, the frame counts once.
    fn undecoded(&self, failures: Vec<Failure>) {
        let mut failures = failures.into_iter();
        let Some(first) = failures.next() else {
            return;
        };
        for Failure { error, heard } in failures {
            self.tell(&Error::Decode(error), heard);
        }
        let trouble = self
            .machine
            .borrow_mut()
            .decode_failed(Error::Decode(first.error), self.now());
        self.resolve(&trouble, first.heard);
    }

    fn lost(&self, error: Error, reconnecting: bool) {
        let (now, random) = (self.now(), self.settings.host.random());
        let trouble = if reconnecting {
            self.machine.borrow_mut().lost(error, now)
        } else {
            self.machine.borrow_mut().given_up(error, now, random)
        };
        self.resolve(&trouble, false);
    }

    fn tick(&self) {
        let tick = self
            .machine
            .borrow_mut()
            .tick(self.now(), self.settings.host.random());
        match tick {
            Tick::Nothing => {}
            Tick::Connect => self.reopen(),
            Tick::Trouble(trouble) => self.resolve(&trouble, false),
            Tick::Close(error) => self.close(CloseReason::Policy(error)),
        }
    }

    fn reopen(&self) {
        self.enter(State::Connecting);
        if !self.is_closed()
            && let Err(error) = self.connect()
        {
            self.lost(error, false);
        }
    }

    fn overflow(&self, pushed: Pushed) {
        let error = Error::QueueOverflow { dropped: 1 };
        match pushed {
            Pushed::Full => self.close(CloseReason::Policy(error)),
            Pushed::Dropping => self.tell(&error, true),
            Pushed::Whole => {}
        }
    }

    /// Does what the policy decides. `heard` says that whoever is concerned has been told already.
    fn resolve(&self, trouble: &Trouble, heard: bool) {
        if self.is_closed() {
            return self.tell(&trouble.error, heard);
        }
        let rule = self.machine.borrow().rule();
        let verdict = trouble.judge(rule.as_deref());
        if self.is_closed() {
            return self.tell(&trouble.error, heard);
        }
        self.machine
            .borrow_mut()
            .settle(trouble, &verdict, self.now());
        match verdict {
            Verdict::KeepWaiting => {
                self.tell(&trouble.error, heard);
                if trouble.is_a_loss() {
                    self.wait(None);
                }
            }
            Verdict::Reopen { after } => {
                drop(self.transport.take());
                self.tell(&trouble.error, heard);
                self.wait(Some(after));
            }
            Verdict::Close(error) => {
                if error.has_a_last_straw() {
                    self.tell(&trouble.error, heard);
                }
                self.close(CloseReason::Policy(error));
            }
        }
    }

    fn wait(&self, retry_in: Option<Duration>) {
        let attempt = self.machine.borrow().failures();
        self.enter(State::Waiting { attempt, retry_in });
    }

    fn enter(&self, state: State) {
        if !self.is_closed() {
            self.state.replace(state.clone());
            self.states.each(|callback| callback(&state));
        }
    }

    /// Tells of an error: a failure to decode concerns its subscriber alone, any other all streams.
    fn tell(&self, error: &Error, heard: bool) {
        let concerns_streams = !matches!(error, Error::Decode(_) | Error::QueueOverflow { .. });
        let heard =
            heard || !self.errors.is_empty() || (concerns_streams && !self.streams.is_empty());
        self.errors.each(|callback| callback(error));
        if concerns_streams {
            self.streams.each(|callback| callback(Notice::Error(error)));
        }
        if !heard {
            self.settings.host.report(error);
        }
    }

    /// Sees to it that the timer fires in time. One that fires too early does no harm, so that events need not move it.
    fn arm(&self) {
        let Some(deadline) = self.machine.borrow().deadline() else {
            drop(self.timer.take());
            return;
        };
        if self
            .timer
            .borrow()
            .as_ref()
            .is_some_and(|(at, _)| *at <= deadline)
        {
            return;
        }
        let this = Weak::clone(&self.this);
        let timer = self.settings.host.after(
            deadline.saturating_sub(self.now()),
            Box::new(move || {
                if let Some(connection) = this.upgrade() {
                    drop(connection.timer.take());
                    connection.run(Task::Tick);
                }
            }),
        );
        drop(self.timer.replace(Some((deadline, timer))));
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
        self.machine.borrow_mut().close();
        self.state.replace(State::Closed(reason.clone()));
        drop(self.transport.take());
        drop(self.timer.take());
        self.subscriptions.clear();
        if let Some(error) = reason.error() {
            let heard = !self.errors.is_empty() || !self.streams.is_empty();
            self.errors.each(|callback| callback(error));
            if !heard {
                self.settings.host.report(error);
            }
        }
        self.errors.clear();
        self.run(Task::Closed);
    }

    fn finish(&self) {
        let state = self.state();
        let State::Closed(reason) = &state else {
            return;
        };
        self.streams
            .each(|callback| callback(Notice::End(reason.error())));
        self.streams.clear();
        self.states.each(|callback| callback(&state));
        self.states.clear();
        #[cfg(feature = "npm")]
        self.kept.clear();
        self.end.reach(reason.clone());
    }
}

/// While it lives, a task runs. A callback that panics ends it too.
struct Running<'a>(&'a Cell<bool>);

impl<'a> Running<'a> {
    fn new(running: &'a Cell<bool>) -> Self {
        running.set(true);
        Self(running)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if !self.is_closed() {
            self.end.reach(CloseReason::Dropped);
        }
    }
}
