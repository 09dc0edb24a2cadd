//! Time that passes as a test says.

use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::{Rc, Weak},
    time::Duration,
};
#[cfg(feature = "fetch")]
use std::{
    pin::Pin,
    task::{Context, Waker},
};

use typed_eventsource_core::{Span, Timestamp};

use super::Change;

/// The clock of the sources that a [`FakeServer`](crate::testing::FakeServer) serves. It stands still until the test
/// advances it. Clones are the same clock.
///
/// It times all of a source's waits: the policy's backoff and limits, and [batches](crate::BatchOptions). A random wait is as long as
/// its ceiling, and a frame takes 16 ms.
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
    now: Cell<Timestamp>,
    timers: RefCell<Vec<(Timestamp, Rc<Armed>)>>,
    is_offline: Cell<bool>,
    is_hidden: Cell<bool>,
    watches: RefCell<Vec<Weak<ChangeCallback>>>,
    #[cfg(feature = "fetch")]
    tasks: RefCell<Vec<Task>>,
    reports: RefCell<Vec<String>>,
    hints: RefCell<Vec<String>>,
}

/// A future that runs.
#[cfg(feature = "fetch")]
type Task = Pin<Box<dyn Future<Output = ()>>>;

type ChangeCallback = dyn Fn(Change);

/// A timer's callback; `None` once the timer has fired or was cancelled.
type Armed = RefCell<Option<Box<dyn FnOnce(Span)>>>;

impl FakeClock {
    /// Whether both are the same clock.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// Lets time pass. Timers fire in order. The future of a [`Refresh`](crate::Refresh) goes on at each call, and after each timer.
    pub fn advance(&self, by: Duration) {
        self.run_tasks();
        let until = self.0.now.get() + by.into();
        while let Some((at, timer)) = self.next_timer(until) {
            self.0.now.set(at.max(self.0.now.get()));
            fire(&timer, Span::ZERO);
            self.run_tasks();
        }
        self.0.now.set(until);
    }

    /// Lets the page sleep: time passes and no timer fires. Then the timers that are due fire late.
    pub fn sleep(&self, duration: Duration) {
        self.0.now.set(self.0.now.get() + duration.into());
        self.fire_late();
    }

    /// Freezes the page: time passes and no timer fires. Then it runs again, as the browser reports by its `resume` event, or after
    /// the back/forward cache by `pageshow`, and the timers that are due fire late.
    pub fn freeze(&self, duration: Duration) {
        self.0.now.set(self.0.now.get() + duration.into());
        self.tell(Change::Woken);
        self.fire_late();
    }

    fn fire_late(&self) {
        let until = self.0.now.get();
        while let Some((at, timer)) = self.next_timer(until) {
            fire(&timer, until.since(at));
        }
    }

    /// Hides the page: sources whose policy has [`pause_when_hidden`](crate::Policy::pause_when_hidden) are paused when that time
    /// has passed.
    pub fn hide(&self) {
        self.0.is_hidden.set(true);
        self.tell(Change::Hidden);
    }

    /// Shows the page again.
    pub fn show(&self) {
        self.0.is_hidden.set(false);
        self.tell(Change::Visible);
    }

    /// Brings the network back, as the browser reports by its `online` event.
    pub fn go_online(&self) {
        self.0.is_offline.set(false);
        self.tell(Change::Online);
    }

    /// Takes the network away, as the browser reports by its `offline` event and by `navigator.onLine`. It cuts no
    /// connection; [`FakeServer::lose`](crate::testing::FakeServer::lose) does.
    pub fn go_offline(&self) {
        self.0.is_offline.set(true);
        self.tell(Change::Offline);
    }

    /// What the sources would have written to the console: errors that nobody listened to, with their causes. Each source
    /// writes one line of each kind in a minute, always the error that closes it, and at its end what is left of each kind.
    pub fn reports(&self) -> Vec<String> {
        self.0.reports.borrow().clone()
    }

    /// What the sources would have written to the console as a hint, such as the first event that nobody listens to.
    pub fn hints(&self) -> Vec<String> {
        self.0.hints.borrow().clone()
    }

    /// How many timers are set.
    pub fn timers(&self) -> usize {
        let timers = self.0.timers.borrow();
        let is_set = |(_, timer): &&(Timestamp, Rc<Armed>)| timer.borrow().is_some();
        timers.iter().filter(is_set).count()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.now.get()
    }

    pub(super) fn after(&self, delay: Span, callback: Box<dyn FnOnce(Span)>) -> FakeTimer {
        let timer: Rc<Armed> = Rc::new(RefCell::new(Some(callback)));
        let at = self.0.now.get() + delay;
        self.0.timers.borrow_mut().push((at, Rc::clone(&timer)));
        FakeTimer(timer)
    }

    /// Runs a future as far as it goes at once.
    #[cfg(feature = "fetch")]
    pub(super) fn spawn(&self, task: Task) {
        self.0.tasks.borrow_mut().push(task);
        self.run_tasks();
    }

    /// Nothing wakes the futures, so each of them is polled. One may begin another, or let time pass.
    fn run_tasks(&self) {
        #[cfg(feature = "fetch")]
        for mut task in self.0.tasks.take() {
            let mut context = Context::from_waker(Waker::noop());
            if task.as_mut().poll(&mut context).is_pending() {
                self.0.tasks.borrow_mut().push(task);
            }
        }
    }

    pub(super) fn is_online(&self) -> bool {
        !self.0.is_offline.get()
    }

    pub(super) fn is_hidden(&self) -> bool {
        self.0.is_hidden.get()
    }

    pub(super) fn watch_changes(&self, callback: impl Fn(Change) + 'static) -> FakeChangeWatch {
        let callback: Rc<ChangeCallback> = Rc::new(callback);
        let mut watches = self.0.watches.borrow_mut();
        watches.retain(|watch| watch.strong_count() > 0);
        watches.push(Rc::downgrade(&callback));
        FakeChangeWatch {
            _callback: callback,
        }
    }

    pub(super) fn report(&self, message: String) {
        self.0.reports.borrow_mut().push(message);
    }

    #[cfg(feature = "fetch")]
    pub(super) fn hint(&self, hint: String) {
        self.0.hints.borrow_mut().push(hint);
    }

    /// The callbacks for changes of the network and the page.
    pub(crate) fn change_watches(&self) -> Vec<Rc<ChangeCallback>> {
        let watches = self.0.watches.borrow();
        watches.iter().filter_map(Weak::upgrade).collect()
    }

    fn tell(&self, change: Change) {
        let watches = self.change_watches();
        watches.iter().for_each(|callback| callback(change));
    }

    fn next_timer(&self, until: Timestamp) -> Option<(Timestamp, Rc<Armed>)> {
        let mut timers = self.0.timers.borrow_mut();
        timers.sort_by_key(|(at, _)| *at);
        let due = timers.first().is_some_and(|(at, _)| *at <= until);
        due.then(|| timers.remove(0))
    }
}

fn fire(timer: &Armed, late: Span) {
    let callback = timer.take();
    if let Some(callback) = callback {
        callback(late);
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

/// Dropping it cancels the timer.
pub(crate) struct FakeTimer(Rc<Armed>);

impl Drop for FakeTimer {
    fn drop(&mut self) {
        drop(self.0.take());
    }
}

/// Dropping it stops the calls.
pub(crate) struct FakeChangeWatch {
    _callback: Rc<ChangeCallback>,
}
