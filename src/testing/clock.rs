//! Time, as a test has it pass.

use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::{Rc, Weak},
    time::Duration,
};

use crate::{
    Error,
    host::{BrowserHost, Guard, Host},
};

/// The clock of the sources that a [`FakeServer`](super::FakeServer) serves, which stands still until it is turned.
/// Clones are the same clock.
///
/// All of a source's waits run by it: the policy's backoff and limits. Where dice are thrown for a wait, they never let
/// it be shorter than its ceiling.
///
/// ```
/// use std::time::Duration;
/// use typed_eventsource::{EventSource, Policy, State, testing::FakeServer};
///
/// # fn run() -> Result<(), typed_eventsource::Error> {
/// let server = FakeServer::new();
/// let source = EventSource::builder("/prices").policy(Policy::resilient()).open()?;
/// server.fail(503);
/// assert!(matches!(source.state(), State::Waiting { attempt: 1, .. }));
/// server.clock().advance(Duration::from_secs(1));
/// assert!(matches!(source.state(), State::Connecting));
/// # Ok(())
/// # }
/// # run().unwrap();
/// ```
#[derive(Clone, Default)]
pub struct FakeClock(Rc<Shared>);

#[derive(Default)]
struct Shared {
    now: Cell<Duration>,
    timers: RefCell<Vec<(Duration, Rc<Armed>)>>,
    online: RefCell<Vec<Weak<dyn Fn()>>>,
    reports: RefCell<Vec<String>>,
}

/// A timer's callback; gone once it has fired or was cancelled.
type Armed = RefCell<Option<Box<dyn FnOnce(Duration)>>>;

impl FakeClock {
    /// Lets time pass; timers fire in their order.
    pub fn advance(&self, by: Duration) {
        let until = self.0.now.get() + by;
        while let Some((at, timer)) = self.next_timer(until) {
            self.0.now.set(at.max(self.0.now.get()));
            fire(&timer, Duration::ZERO);
        }
        self.0.now.set(until);
    }

    /// Lets the page sleep: time passes and no timer fires; then those that are due do, late.
    pub fn sleep(&self, duration: Duration) {
        let until = self.0.now.get() + duration;
        self.0.now.set(until);
        while let Some((at, timer)) = self.next_timer(until) {
            fire(&timer, until - at);
        }
    }

    /// Brings the network back, as the browser tells by its `online` event.
    pub fn go_online(&self) {
        let listeners = self.online_listeners();
        listeners.iter().for_each(|callback| callback());
    }

    /// What the sources would have written to the console: errors that nobody heard.
    pub fn reports(&self) -> Vec<String> {
        self.0.reports.borrow().clone()
    }

    /// How many timers are set.
    pub fn timers(&self) -> usize {
        let timers = self.0.timers.borrow();
        let is_set = |(_, timer): &&(Duration, Rc<Armed>)| timer.borrow().is_some();
        timers.iter().filter(is_set).count()
    }

    /// Who listens for the network to come back.
    pub(crate) fn online_listeners(&self) -> Vec<Rc<dyn Fn()>> {
        let online = self.0.online.borrow();
        online.iter().filter_map(Weak::upgrade).collect()
    }

    fn next_timer(&self, until: Duration) -> Option<(Duration, Rc<Armed>)> {
        let mut timers = self.0.timers.borrow_mut();
        timers.sort_by_key(|(at, _)| *at);
        let due = timers.first().is_some_and(|(at, _)| *at <= until);
        due.then(|| timers.remove(0))
    }
}

fn fire(timer: &Armed, late: Duration) {
    let callback = timer.take();
    if let Some(callback) = callback {
        callback(late);
    }
}

impl Host for FakeClock {
    fn now(&self) -> Duration {
        self.0.now.get()
    }

    fn random(&self) -> f64 {
        1.0
    }

    fn after(&self, delay: Duration, callback: Box<dyn FnOnce(Duration)>) -> Guard {
        let timer: Rc<Armed> = Rc::new(RefCell::new(Some(callback)));
        let at = self.0.now.get() + delay;
        self.0.timers.borrow_mut().push((at, Rc::clone(&timer)));
        Box::new(Cancel(timer))
    }

    /// In a browser by its own event loop: whoever turns this clock may be a callback.
    fn soon(&self, callback: Box<dyn FnOnce()>) -> Guard {
        if cfg!(target_arch = "wasm32") {
            return BrowserHost.soon(callback);
        }
        self.after(Duration::ZERO, Box::new(|_| callback()))
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

impl fmt::Debug for FakeClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeClock")
            .field("now", &self.0.now.get())
            .field("timers", &self.timers())
            .finish_non_exhaustive()
    }
}

/// Dropping it takes the timer back.
struct Cancel(Rc<Armed>);

impl Drop for Cancel {
    fn drop(&mut self) {
        drop(self.0.take());
    }
}
