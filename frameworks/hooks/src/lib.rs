#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod callbacks;
mod selection;
#[cfg(test)]
mod tests;

use std::{
    cell::{Cell, OnceCell, RefCell},
    fmt,
    marker::PhantomData,
    rc::{Rc, Weak},
};

pub use callbacks::Callbacks;
pub use selection::Selection;
use typed_eventsource::{
    AttemptSummary, CloseReason, Error, Event, EventSource, EventSourceBuilder, Gap, Listener,
    State,
};

/// Receives what a [`Subscription`] reports of a component's source.
///
/// A component that holds the subscription hands in a [`Weak`] of itself, which is an observer too.
pub trait Observer<E>: 'static {
    /// An event has arrived.
    fn event(&self, event: Event<E>);

    /// The source has changed its state. It starts as [`State::Connecting`], which is not reported.
    fn state(&self, state: State);

    /// The error to show has changed. It is `None` again once the connection is open or an event has arrived; that is
    /// reported before that state or that event.
    fn error(&self, error: Option<Error>);

    /// Whether the component has shown the last error, or has handled it. If not, the error goes to the console. A
    /// subscription asks when the error is over, before another error takes its place, when
    /// [`report_unshown_error`](Subscription::report_unshown_error) is called, and when the subscription is dropped.
    fn has_shown_error(&self) -> bool {
        true
    }

    /// Ids show that events were missed. This is called only after [`Subscription::listen_to_gaps`].
    fn gap(&self, _gap: Gap) {}

    /// An attempt to connect has ended. This is called only after [`Subscription::listen_to_attempts`].
    fn attempt(&self, _attempt: AttemptSummary) {}

    /// How many seconds are left until the next attempt; `None` when the source no longer waits for one. This is called only after
    /// [`Subscription::listen_to_countdown`].
    fn countdown(&self, _seconds: Option<u64>) {}
}

/// Reports to the observer as long as the observer lives.
impl<E, O: Observer<E>> Observer<E> for Weak<O> {
    fn event(&self, event: Event<E>) {
        if let Some(observer) = self.upgrade() {
            observer.event(event);
        }
    }

    fn state(&self, state: State) {
        if let Some(observer) = self.upgrade() {
            observer.state(state);
        }
    }

    fn error(&self, error: Option<Error>) {
        if let Some(observer) = self.upgrade() {
            observer.error(error);
        }
    }

    fn has_shown_error(&self) -> bool {
        self.upgrade()
            .is_none_or(|observer| observer.has_shown_error())
    }

    fn gap(&self, gap: Gap) {
        if let Some(observer) = self.upgrade() {
            observer.gap(gap);
        }
    }

    fn attempt(&self, attempt: AttemptSummary) {
        if let Some(observer) = self.upgrade() {
            observer.attempt(attempt);
        }
    }

    fn countdown(&self, seconds: Option<u64>) {
        if let Some(observer) = self.upgrade() {
            observer.countdown(seconds);
        }
    }
}

/// A component's subscription to its source. The source is open, and reports to the component, until this is dropped.
#[must_use = "the source closes when this is dropped"]
pub struct Subscription {
    /// `None` if nothing could be opened.
    open: Option<OpenSubscription>,
}

struct OpenSubscription {
    source: EventSource,
    _listeners: [Listener; 3],
    gaps: OnceCell<Listener>,
    listen_to_gaps: Box<dyn Fn() -> Listener>,
    attempts: OnceCell<Listener>,
    listen_to_attempts: Box<dyn Fn() -> Listener>,
    countdown: OnceCell<Listener>,
    listen_to_countdown: Box<dyn Fn() -> Listener>,
    report_unshown_error: Box<dyn Fn()>,
}

impl Subscription {
    /// Opens a source and listens to the selected events. Components whose builders are equal share one connection,
    /// unless a builder says [`shared(false)`](EventSourceBuilder::shared).
    ///
    /// This never fails. If the source cannot be opened (because of a bad URL, a type that is no enum, or server-side
    /// rendering), the observer is told the [`error`](Observer::error), and then the state [`Closed`](State::Closed) with
    /// [`CloseReason::Policy`]. In a browser such an error also goes to the console, since the app has to be corrected.
    ///
    /// The observer may be called before this returns: with such an error, or with [`Open`](State::Open) if the source joins an
    /// open connection.
    pub fn open<E: 'static>(
        builder: EventSourceBuilder,
        selection: &Selection<E>,
        observer: impl Observer<E>,
    ) -> Self {
        let reporter = Rc::new(Reporter::new(observer, builder.clone()));
        let opened = builder.shared_by_default().open().and_then(|source| {
            let reporter = Rc::clone(&reporter);
            let events = selection.listen(&source, Box::new(move |event| reporter.event(event)))?;
            Ok((source, events))
        });
        let (source, events) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                reporter.cannot_open(error);
                return Self { open: None };
            }
        };
        let _ = reporter.source.set(source.clone());
        let state = source.state();
        if !matches!(state, State::Connecting) {
            reporter.state(state);
        }
        let errors = {
            let reporter = Rc::clone(&reporter);
            source.on_error(move |error| reporter.error(error))
        };
        let states = {
            let reporter = Rc::clone(&reporter);
            source.on_state(move |state| reporter.state(state))
        };
        let listen_to_countdown = {
            let (source, reporter) = (source.clone(), Rc::clone(&reporter));
            Box::new(move || {
                let reporter = Rc::clone(&reporter);
                source.on_countdown(move |seconds| reporter.observer.countdown(seconds))
            })
        };
        let listen_to_attempts = {
            let (source, reporter) = (source.clone(), Rc::clone(&reporter));
            Box::new(move || {
                let reporter = Rc::clone(&reporter);
                source.on_attempt(move |attempt| reporter.observer.attempt(attempt))
            })
        };
        let listen_to_gaps = {
            let (source, reporter) = (source.clone(), Rc::clone(&reporter));
            Box::new(move || {
                let reporter = Rc::clone(&reporter);
                source.on_gap(move |gap| reporter.observer.gap(gap))
            })
        };
        Self {
            open: Some(OpenSubscription {
                source,
                _listeners: [events, errors, states],
                gaps: OnceCell::new(),
                listen_to_gaps,
                attempts: OnceCell::new(),
                listen_to_attempts,
                countdown: OnceCell::new(),
                listen_to_countdown,
                report_unshown_error: Box::new(move || reporter.report_unshown_error()),
            }),
        }
    }

    /// The source, for a component that pauses, resumes or reconnects it. `None` if nothing could be opened.
    pub fn source(&self) -> Option<&EventSource> {
        self.open.as_ref().map(|open| &open.source)
    }

    /// Reports [gaps](Observer::gap) from now on. A second call changes nothing.
    pub fn listen_to_gaps(&self) {
        if let Some(open) = &self.open {
            open.gaps.get_or_init(&open.listen_to_gaps);
        }
    }

    /// Reports [attempts to connect](Observer::attempt) when they end, from now on. A second call changes nothing.
    pub fn listen_to_attempts(&self) {
        if let Some(open) = &self.open {
            open.attempts.get_or_init(&open.listen_to_attempts);
        }
    }

    /// Reports the [countdown](Observer::countdown) to the next attempt from now on. A second call changes nothing.
    pub fn listen_to_countdown(&self) {
        if let Some(open) = &self.open {
            open.countdown.get_or_init(&open.listen_to_countdown);
        }
    }

    /// Writes the last error to the console if the component [has not shown](Observer::has_shown_error) it. Call this when the
    /// component has rendered after an error: otherwise the error goes to the console only when it is over.
    pub fn report_unshown_error(&self) {
        if let Some(open) = &self.open {
            (open.report_unshown_error)();
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("is_open", &self.open.is_some())
            .finish_non_exhaustive()
    }
}

/// Reports to an observer what has changed, and to the console the errors that the component has not shown.
struct Reporter<E, O: Observer<E>> {
    observer: O,
    builder: EventSourceBuilder,
    /// Set once the source is open. Only the subscription and its listeners hold the reporter, so the source does not outlive
    /// them.
    source: OnceCell<EventSource>,
    /// Whether the last reported state is `Open`.
    is_open: Cell<bool>,
    /// Whether the last reported error is not over.
    has_error: Cell<bool>,
    /// The last error, until the component was asked whether it has shown it.
    unshown: RefCell<Option<Error>>,
    events: PhantomData<fn(E)>,
}

impl<E, O: Observer<E>> Reporter<E, O> {
    fn new(observer: O, builder: EventSourceBuilder) -> Self {
        Self {
            observer,
            builder,
            source: OnceCell::new(),
            is_open: Cell::new(false),
            has_error: Cell::new(false),
            unshown: RefCell::default(),
            events: PhantomData,
        }
    }

    fn event(&self, event: Event<E>) {
        self.forget_error();
        self.observer.event(event);
    }

    fn error(&self, error: Error) {
        self.report_unshown_error();
        self.unshown.replace(Some(error.clone()));
        self.has_error.set(true);
        self.observer.error(Some(error));
    }

    fn cannot_open(&self, error: Error) {
        if !matches!(error, Error::Unsupported) {
            self.builder.report_error(&error);
        }
        self.observer.error(Some(error.clone()));
        self.observer
            .state(State::Closed(CloseReason::Policy(error)));
    }

    fn state(&self, state: State) {
        let is_open = matches!(state, State::Open { .. });
        // A source that joins an open connection is open at once, and reports that state again later.
        if self.is_open.replace(is_open) && is_open {
            return;
        }
        if is_open {
            self.forget_error();
        }
        self.observer.state(state);
    }

    fn forget_error(&self) {
        if self.has_error.take() {
            self.report_unshown_error();
            self.observer.error(None);
        }
    }

    fn report_unshown_error(&self) {
        if let Some(error) = self.unshown.take()
            && !self.observer.has_shown_error()
            && let Some(source) = self.source.get()
        {
            source.report_error(&error);
        }
    }
}

impl<E, O: Observer<E>> Drop for Reporter<E, O> {
    fn drop(&mut self) {
        self.report_unshown_error();
    }
}
