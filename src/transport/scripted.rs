//! A transport and a host that a test plays by hand: no browser, no time but the test's.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::{Rc, Weak},
    time::Duration,
};

use super::{Connector, Frame, Signal, Sink, Transport};
use crate::{
    Error,
    event::Provenance,
    host::{Guard, Host},
    policy::machine::Outlook,
};

/// The server's side of a source under test. Clones are the same server.
#[derive(Clone, Default)]
pub(crate) struct Script(Rc<Stage>);

#[derive(Default)]
struct Stage {
    now: Cell<Duration>,
    timers: RefCell<Vec<(Duration, Rc<Armed>)>>,
    online: RefCell<Vec<Weak<dyn Fn()>>>,
    connection: RefCell<Option<Rc<Line>>>,
    resumed_from: RefCell<Vec<String>>,
    open_lines: Cell<usize>,
    reports: RefCell<Vec<String>>,
}

/// A timer's callback; gone once it has fired or was cancelled.
type Armed = RefCell<Option<Box<dyn FnOnce(Duration)>>>;

/// One connection.
struct Line {
    sink: RefCell<Option<Sink>>,
    names: RefCell<BTreeSet<String>>,
}

pub(crate) const URL: &str = "scripted:";

impl Script {
    pub(crate) fn open(&self) {
        self.signal(Signal::Opened);
    }

    pub(crate) fn send(&self, name: &str, data: &str) {
        self.send_with_id(name, data, "");
    }

    /// Sends an event, as a browser would: only what is listened to is heard.
    pub(crate) fn send_with_id(&self, name: &str, data: &str, id: &str) {
        if self
            .listened_names()
            .iter()
            .any(|listened| listened == name)
        {
            let provenance = Provenance::Known {
                last_event_id: id.into(),
                origin: URL.into(),
            };
            self.signal(Signal::Frame(Frame::new(name.into(), provenance, &data)));
        }
    }

    /// Loses the connection as the browser's own source does, which then makes another.
    pub(crate) fn lose(&self) {
        self.lose_with(Outlook::Reconnecting);
    }

    /// Loses the connection as the fetch transport does.
    pub(crate) fn hang_up(&self) {
        self.lose_with(Outlook::Reestablish);
    }

    fn lose_with(&self, outlook: Outlook) {
        let (url, message) = (URL.into(), None);
        let error = Error::ConnectionLost { url, message };
        self.signal(Signal::Lost { error, outlook });
    }

    /// Sends what nobody listens to: an event with this id, or a comment.
    pub(crate) fn send_unheard(&self, id: Option<&str>) {
        let moved_to = id.map(|id| Provenance::Known {
            last_event_id: id.into(),
            origin: URL.into(),
        });
        let is_event = id.is_some();
        self.signal(Signal::Unheard { is_event, moved_to });
    }

    /// Wants no other connection.
    pub(crate) fn finish(&self) {
        self.signal(Signal::Finished);
    }

    /// Sets the reconnection time.
    pub(crate) fn retry(&self, time: Duration) {
        self.signal(Signal::Retry(time));
    }

    pub(crate) fn give_up(&self) {
        self.signal(Signal::Lost {
            error: Error::GivenUp { url: URL.into() },
            outlook: Outlook::Failed { retry_after: None },
        });
    }

    /// Lets time pass; timers fire in their order.
    pub(crate) fn advance(&self, by: Duration) {
        let until = self.0.now.get() + by;
        while let Some((at, timer)) = self.next_timer(until) {
            self.0.now.set(at.max(self.0.now.get()));
            let callback = timer.take();
            if let Some(callback) = callback {
                callback(Duration::ZERO);
            }
        }
        self.0.now.set(until);
    }

    /// Lets the page sleep: time passes and no timer fires; then those that are due do, late.
    pub(crate) fn sleep(&self, duration: Duration) {
        let until = self.0.now.get() + duration;
        self.0.now.set(until);
        while let Some((at, timer)) = self.next_timer(until) {
            let callback = timer.take();
            if let Some(callback) = callback {
                callback(until - at);
            }
        }
    }

    /// Brings the network back.
    pub(crate) fn come_online(&self) {
        let callbacks: Vec<_> = self
            .0
            .online
            .borrow()
            .iter()
            .filter_map(Weak::upgrade)
            .collect();
        callbacks.iter().for_each(|callback| callback());
    }

    /// How many listen for the network to come back.
    pub(crate) fn online_listeners(&self) -> usize {
        let online = self.0.online.borrow();
        online
            .iter()
            .filter(|callback| callback.strong_count() > 0)
            .count()
    }

    /// How many timers are set.
    pub(crate) fn timers(&self) -> usize {
        self.0
            .timers
            .borrow()
            .iter()
            .filter(|(_, timer)| timer.borrow().is_some())
            .count()
    }

    /// How many connections are open, or being made.
    pub(crate) fn lines(&self) -> usize {
        self.0.open_lines.get()
    }

    /// With which last event id each attempt was made.
    pub(crate) fn attempts(&self) -> Vec<String> {
        self.0.resumed_from.borrow().clone()
    }

    pub(crate) fn listened_names(&self) -> Vec<String> {
        let line = self.0.connection.borrow();
        line.iter()
            .flat_map(|line| line.names.borrow().clone())
            .collect()
    }

    /// What went to the console, since nobody heard it.
    pub(crate) fn reports(&self) -> Vec<String> {
        self.0.reports.borrow().clone()
    }

    fn signal(&self, signal: Signal<'_>) {
        let sink = self
            .0
            .connection
            .borrow()
            .as_ref()
            .and_then(|line| line.sink.borrow().clone());
        if let Some(sink) = sink {
            sink(signal);
        }
    }

    fn next_timer(&self, until: Duration) -> Option<(Duration, Rc<Armed>)> {
        let mut timers = self.0.timers.borrow_mut();
        timers.sort_by_key(|(at, _)| *at);
        let due = timers.first().is_some_and(|(at, _)| *at <= until);
        due.then(|| timers.remove(0))
    }
}

impl Connector for Script {
    fn connect(&self, last_event_id: &str, sink: Sink) -> Result<Box<dyn Transport>, Error> {
        let line = Rc::new(Line {
            sink: RefCell::new(Some(sink)),
            names: RefCell::default(),
        });
        self.0
            .resumed_from
            .borrow_mut()
            .push(last_event_id.to_owned());
        self.0.open_lines.set(self.0.open_lines.get() + 1);
        self.0.connection.replace(Some(Rc::clone(&line)));
        Ok(Box::new(Scripted {
            line,
            stage: Rc::clone(&self.0),
        }))
    }
}

struct Scripted {
    line: Rc<Line>,
    stage: Rc<Stage>,
}

impl Transport for Scripted {
    fn listen(&self, name: &str) {
        let is_new = self.line.names.borrow_mut().insert(name.to_owned());
        assert!(is_new, "{name} is listened to already");
    }

    fn unlisten(&self, name: &str) {
        let was_there = self.line.names.borrow_mut().remove(name);
        assert!(was_there, "{name} was not listened to");
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.line.sink.take();
        self.line.names.take();
        self.stage.open_lines.set(self.stage.open_lines.get() - 1);
    }
}

impl Host for Script {
    fn now(&self) -> Duration {
        self.0.now.get()
    }

    /// Never lucky: the whole of a jittered wait, all but.
    fn random(&self) -> f64 {
        1.0
    }

    fn after(&self, delay: Duration, callback: Box<dyn FnOnce(Duration)>) -> Guard {
        let timer: Rc<Armed> = Rc::new(RefCell::new(Some(callback)));
        self.0
            .timers
            .borrow_mut()
            .push((self.0.now.get() + delay, Rc::clone(&timer)));
        Box::new(Cancel(timer))
    }

    fn on_online(&self, callback: Box<dyn Fn()>) -> Guard {
        let callback: Rc<dyn Fn()> = callback.into();
        self.0.online.borrow_mut().push(Rc::downgrade(&callback));
        Box::new(callback)
    }

    fn report(&self, error: &Error) {
        self.0.reports.borrow_mut().push(error.to_string());
    }
}

struct Cancel(Rc<Armed>);

impl Drop for Cancel {
    fn drop(&mut self) {
        drop(self.0.take());
    }
}
