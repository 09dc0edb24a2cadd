//! One source: the state that its handles, listeners and streams share.
//!
//! It is the body of a [`Session`], which decides everything. [`inputs`] has what happens to the source, and
//! [`outputs`] what is done about it.

mod attempts;
mod console;
mod delivery;
mod inputs;
mod lifecycle;
mod link;
mod listening;
mod outputs;
#[cfg(feature = "fetch")]
mod pace;
#[cfg(feature = "fetch")]
mod refreshing;
mod renewal;
mod timer;

use std::{
    any::Any,
    cell::{Cell, OnceCell, RefCell, RefMut},
    collections::VecDeque,
    rc::{Rc, Weak},
    sync::Arc,
};

use typed_eventsource_core::{self as core, Input, Options, Output, Session, Timestamp};
use web_sys::AbortSignal;

use super::{
    callbacks::CallbackList, closed::End, listener::Listener, queue::Queue,
    subscriptions::Subscriptions,
};
#[cfg(feature = "fetch")]
use super::{refresh::Refresh, subscriptions::FrameCallback};
#[cfg(feature = "fetch")]
use crate::ResponseHead;
use crate::{
    AttemptSummary, CloseReason, Error, Gap, State, Stats,
    event::EventMeta,
    host::{ChangeWatch, Host, Timer, browser::DomListener},
    panics::Panics,
    place::Place,
    policy::Rule,
    sys,
    transport::Connector,
};
#[cfg(any(test, feature = "fetch", feature = "testing"))]
use attempts::Reading;
use attempts::TellAttempt;
use console::ConsoleLines;
use inputs::Queued;
pub(super) use link::{Audience, Link};
use outputs::ToldError;
#[cfg(feature = "fetch")]
pub(super) use pace::Hold;
#[cfg(feature = "tabs")]
pub(super) use renewal::Expiry;
#[cfg(feature = "fetch")]
pub(super) use renewal::NEEDS_SAFE_REQUEST;
use renewal::NextConnection;
pub(super) use renewal::Renewal;

pub(super) type NoticeCallback = dyn FnMut(Notice<'_>);
/// Makes a source share a connection from now on.
pub(super) type Join = dyn Fn(&Connection) -> Result<(), Error>;

/// What listeners and streams are told about their source, besides the events. It is one type, so that their lists are compiled
/// once.
#[derive(Clone, Copy, Debug)]
pub(super) enum Notice<'a> {
    Gap(&'a Gap),
    Error(&'a Error),
    State(&'a State),
    Attempt(&'a AttemptSummary),
    End(Option<&'a Error>),
}

/// The settings of a source.
pub(super) struct Settings {
    pub(super) options: Options,
    pub(super) rule: Option<Rule>,
    #[cfg(feature = "fetch")]
    pub(super) refresh: Option<Refresh>,
    pub(super) renewal: Option<Renewal>,
    pub(super) queue: Queue,
    pub(super) terminals: Terminals,
    pub(super) host: Host,
    /// Whether it is over `fetch`, a connection that is shared included.
    #[cfg(feature = "fetch")]
    pub(super) is_fetch: bool,
}

/// How a server says that nothing follows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Terminals {
    pub(super) events: Vec<String>,
    pub(super) data: Option<String>,
    pub(super) failure: Option<String>,
}

impl Terminals {
    /// The names that say so.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.events.iter().chain(&self.failure).map(String::as_str)
    }
}

pub(crate) struct Connection {
    this: Weak<Self>,
    url: Arc<str>,
    queue: Queue,
    terminals: Terminals,
    host: Host,
    session: RefCell<Session>,
    /// The inputs that wait while a callback runs.
    inputs: RefCell<VecDeque<Queued>>,
    /// Whether too many inputs wait: the source then closes next.
    is_overrun: Cell<bool>,
    is_running: Cell<bool>,
    /// How many events were delivered.
    deliveries: Cell<u64>,
    /// How much was read, and when.
    #[cfg(any(test, feature = "fetch", feature = "testing"))]
    reading: Cell<Reading>,
    left_stats: Place<Stats>,
    /// Whether the source may connect. Its first attempt waits if the page has opened too many sources of its URL.
    may_connect: Cell<bool>,
    panics: Panics,
    /// The metadata of the last event, if the session has not been told its id.
    unnoted: Place<EventMeta>,
    /// That of the last event whose id it has been told, if the browser knows more of it.
    noted: Place<EventMeta>,
    /// The last error that the session was told about.
    told: Place<ToldError>,
    /// The error made of the server's failure event.
    server_failure: Place<ToldError>,
    /// What had arrived of an event when the last response ended.
    unfinished: Place<ToldError>,
    /// How many attempts there were.
    attempts: Cell<u32>,
    /// Why the last attempt has ended, if it has failed.
    attempt_error: Place<Arc<Error>>,
    /// The last failure of the connection that was reported.
    earlier: Place<ToldError>,
    close_reason: OnceCell<CloseReason>,
    /// The reason of the signal, if it was aborted.
    abort_reason: Place<Arc<str>>,
    /// The URL that was asked last, if attempts are told.
    asked: Place<Arc<str>>,
    /// Tells of attempts, if anybody listens to them.
    tell_attempt: Cell<Option<TellAttempt>>,
    /// What the server has answered with, the last time.
    #[cfg(feature = "fetch")]
    response: Place<ResponseHead>,
    held: Held,
    /// Forgotten listeners, kept until they have been told about the end.
    forgotten: RefCell<Vec<Listener>>,
    subscriptions: Subscriptions,
    /// The listeners to events of any name.
    #[cfg(feature = "fetch")]
    any: CallbackList<FrameCallback>,
    #[cfg(feature = "fetch")]
    is_fetch: bool,
    /// Whether it has hinted at an event that nobody listens to.
    #[cfg(feature = "fetch")]
    has_hinted: Cell<bool>,
    /// How many refreshes there had been when the server was asked.
    #[cfg(feature = "fetch")]
    refreshes: Cell<u32>,
    /// How many full queues and sharers hold the reading back.
    #[cfg(feature = "fetch")]
    holds: Cell<usize>,
    /// Whether the session and the link were told that any does.
    #[cfg(feature = "fetch")]
    has_told_hold: Cell<bool>,
    gaps: CallbackList<NoticeCallback>,
    errors: CallbackList<NoticeCallback>,
    states: CallbackList<NoticeCallback>,
    streams: CallbackList<NoticeCallback>,
    attempt_listeners: CallbackList<NoticeCallback>,
    /// The sources that share it, if it is shared.
    sharers: OnceCell<Rc<dyn Audience>>,
    end: Rc<End>,
    console: ConsoleLines,
}

/// Everything that a source holds until it closes. Users' functions may have captured the source.
#[derive(Default)]
struct Held {
    connector: Place<Connector>,
    /// How the source joins the connection that it shares, in place of a connector.
    join: Place<Rc<Join>>,
    link: Place<Rc<dyn Link>>,
    /// The connection that is to take the place of the current one.
    next: Place<Rc<NextConnection>>,
    rule: Place<Rule>,
    #[cfg(feature = "fetch")]
    refresh: Place<Refresh>,
    renewal: Place<Renewal>,
    timer: Place<(Timestamp, Timer)>,
    changes: Place<ChangeWatch>,
    abort: Place<DomListener>,
    registration: Place<Box<dyn Any>>,
}

impl Held {
    /// Drops everything. Nothing is borrowed meanwhile.
    fn release(&self) {
        drop(self.link.take());
        drop(self.next.take());
        drop(self.timer.take());
        drop(self.changes.take());
        drop(self.abort.take());
        drop(self.registration.take());
        drop(self.connector.take());
        drop(self.join.take());
        drop(self.rule.take());
        #[cfg(feature = "fetch")]
        drop(self.refresh.take());
        drop(self.renewal.take());
    }
}

impl Connection {
    /// A connection with a transport. Returns an error if it cannot even start. If its signal was aborted before, it does not.
    pub(super) fn open(
        mut settings: Settings,
        connector: Connector,
        aborted: Option<&AbortSignal>,
    ) -> Result<Rc<Self>, Error> {
        let url = Arc::clone(connector.url());
        settings.options.is_offline = timer::is_offline(&settings.host, &url);
        settings.options.is_hidden = settings.host.is_hidden();
        let sees_page = settings.options.policy.pause_when_hidden.is_some();
        let connection = Self::new(settings, url);
        if let Some(signal) = aborted {
            connection.abort(signal);
            return Ok(connection);
        }
        connection.held.connector.put(connector);
        connection.listen_for_terminals();
        // A session begins with an attempt to connect, unless it is paused at once.
        if connection.poll() == Some(Output::Connect) {
            connection.connect()?;
        }
        connection.watch_changes(sees_page);
        connection.drain();
        Ok(connection)
    }

    /// A connection that shares another one, which has this URL.
    pub(super) fn join(
        settings: Settings,
        url: &Arc<str>,
        join: Rc<Join>,
    ) -> Result<Rc<Self>, Error> {
        let connection = Self::new(settings, Arc::clone(url));
        connection.held.join.put(Rc::clone(&join));
        if connection.poll() == Some(Output::Connect) {
            join(&connection)?;
            connection.announce_open_later();
        }
        Ok(connection)
    }

    fn new(settings: Settings, url: Arc<str>) -> Rc<Self> {
        let Settings {
            options,
            rule,
            #[cfg(feature = "fetch")]
            refresh,
            renewal,
            queue,
            terminals,
            host,
            #[cfg(feature = "fetch")]
            is_fetch,
        } = settings;
        Rc::new_cyclic(|this| Self {
            this: Weak::clone(this),
            url,
            queue,
            terminals,
            session: RefCell::new(Session::new(options, host.at())),
            host,
            inputs: RefCell::default(),
            is_overrun: Cell::default(),
            is_running: Cell::default(),
            deliveries: Cell::default(),
            #[cfg(any(test, feature = "fetch", feature = "testing"))]
            reading: Cell::default(),
            left_stats: Place::default(),
            may_connect: Cell::default(),
            panics: Panics::default(),
            unnoted: Place::default(),
            noted: Place::default(),
            told: Place::default(),
            server_failure: Place::default(),
            unfinished: Place::default(),
            attempts: Cell::default(),
            attempt_error: Place::default(),
            earlier: Place::default(),
            close_reason: OnceCell::new(),
            abort_reason: Place::default(),
            asked: Place::default(),
            tell_attempt: Cell::default(),
            #[cfg(feature = "fetch")]
            response: Place::default(),
            held: Held {
                rule: rule.into(),
                #[cfg(feature = "fetch")]
                refresh: refresh.into(),
                renewal: renewal.into(),
                ..Held::default()
            },
            forgotten: RefCell::default(),
            subscriptions: Subscriptions::default(),
            #[cfg(feature = "fetch")]
            any: CallbackList::default(),
            #[cfg(feature = "fetch")]
            is_fetch,
            #[cfg(feature = "fetch")]
            has_hinted: Cell::default(),
            #[cfg(feature = "fetch")]
            refreshes: Cell::default(),
            #[cfg(feature = "fetch")]
            holds: Cell::default(),
            #[cfg(feature = "fetch")]
            has_told_hold: Cell::default(),
            gaps: CallbackList::default(),
            errors: CallbackList::default(),
            states: CallbackList::default(),
            streams: CallbackList::default(),
            attempt_listeners: CallbackList::default(),
            sharers: OnceCell::new(),
            end: Rc::default(),
            console: ConsoleLines::default(),
        })
    }

    /// Borrowed for one call, since the session calls nothing that comes back here.
    fn session(&self) -> RefMut<'_, Session> {
        self.session.borrow_mut()
    }

    pub(super) fn weak(&self) -> Weak<Self> {
        Weak::clone(&self.this)
    }

    pub(super) fn url(&self) -> &Arc<str> {
        &self.url
    }

    /// How many events were delivered so far, the current one included.
    pub(super) fn deliveries(&self) -> u64 {
        self.deliveries.get()
    }

    pub(super) fn queue(&self) -> Queue {
        self.queue
    }

    pub(super) fn state(&self) -> State {
        match self.close_reason.get() {
            Some(reason) => State::Closed(reason.clone()),
            None => self.state_of(self.session().state()),
        }
    }

    pub(super) fn close_reason(&self) -> Option<&CloseReason> {
        self.close_reason.get()
    }

    /// When the next attempt is due, if it is known.
    pub(super) fn waits_until(&self) -> Option<Timestamp> {
        let link = self.link();
        #[cfg(feature = "tabs")]
        if let Some(share) = link.as_ref().and_then(|link| link.among_tabs()) {
            return share.waits_until();
        }
        match link.as_ref().and_then(|link| link.carrier()) {
            Some(carrier) => carrier.waits_until(),
            None => self.session().waits_until(),
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.session().is_closed()
    }

    pub(super) fn last_event_id(&self) -> String {
        self.note_last_event_id();
        let link = self.link();
        #[cfg(feature = "tabs")]
        if let Some(share) = link.as_ref().and_then(|link| link.among_tabs()) {
            return share.last_event_id();
        }
        // The last event id of the shared connection, which may be ahead of what this sharer has received.
        match link.as_ref().and_then(|link| link.carrier()) {
            Some(carrier) => carrier.last_event_id(),
            None => self.session().last_event_id().to_owned(),
        }
    }

    pub(super) fn end(&self) -> &Rc<End> {
        &self.end
    }

    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    pub(super) fn panics(&self) -> &Panics {
        &self.panics
    }

    /// Closes when the signal is aborted.
    pub(super) fn close_on_abort(&self, signal: &AbortSignal) {
        let (this, aborted) = (Weak::clone(&self.this), signal.clone());
        let listener = DomListener::new(
            signal,
            "abort",
            Box::new(move |_| {
                if let Some(connection) = this.upgrade() {
                    connection.abort(&aborted);
                }
            }),
        );
        self.hold(&self.held.abort, listener);
    }

    fn abort(&self, signal: &AbortSignal) {
        let reason = sys::text_of(&signal.reason()).unwrap_or_default();
        self.abort_reason.put(reason.into());
        self.close(core::CloseReason::Requested);
    }

    #[cfg(feature = "fetch")]
    pub(in crate::source) fn note_response(&self, response: Option<ResponseHead>) {
        if let Some(response) = response {
            self.response.put(response);
        }
    }

    /// Lets other sources join until it closes.
    pub(super) fn share_with(&self, sharers: Rc<dyn Audience>, registration: impl Any) {
        let _ = self.sharers.set(sharers);
        self.hold(&self.held.registration, Box::new(registration));
    }

    /// Keeps a listener until it has been told about the end.
    pub(super) fn keep(&self, listener: Listener) {
        if !self.end.is_set() {
            self.forgotten.borrow_mut().push(listener);
        }
    }

    fn hold<T>(&self, place: &Place<T>, what: T) {
        if !self.is_closed() {
            place.put(what);
        }
    }

    /// Closes the source at once: nothing more is received or delivered. The close is reported once the running
    /// callback has returned.
    pub(super) fn close(&self, reason: core::CloseReason) {
        if self.is_closed() {
            return;
        }
        self.note_last_event_id();
        self.tell(Input::Close(reason));
        self.release_if_closed();
        self.drain();
    }

    /// Releases everything that only an open source needs.
    fn release_if_closed(&self) {
        let reason = self.session().close_reason();
        let Some(reason) = reason.filter(|_| self.close_reason.get().is_none()) else {
            return;
        };
        let reason = self.close_reason_of(reason);
        let is_failed = reason.error().is_some();
        let _ = self.close_reason.set(reason);
        drop(self.inputs.take());
        if let Some(tell) = self.tell_attempt.get() {
            tell(self, None);
        }
        self.held.release();
        self.subscriptions.clear();
        #[cfg(feature = "fetch")]
        self.any.clear();
        self.gaps.clear();
        if !is_failed {
            self.errors.clear();
        }
        self.drain_after_abort();
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.write_rest_to_console();
        if !self.is_closed() {
            self.end.set(CloseReason::Dropped);
        }
    }
}
