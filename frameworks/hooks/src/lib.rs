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
use typed_eventsource::{CloseReason, Error, Event, EventSourceBuilder, Gap, Listener, State};

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

    /// Whether the component has shown the last error, or has handled it. This is asked before another error takes its
    /// place, when it is over, and when the subscription is dropped: if it was not shown, it goes to the console.
    fn has_shown_error(&self) -> bool {
        true
    }

    /// Ids show that events were missed. Only after [`Subscription::listen_to_gaps`].
    fn gap(&self, _gap: Gap) {}
}

/// Reports to the observer as long as it lives.
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
}

/// A component's hold on its source: it is open, and tells the component everything, until this is dropped.
#[must_use = "the source closes when this is dropped"]
pub struct Subscription {
    /// `None` if nothing could be opened.
    open: Option<Open>,
}

struct Open {
    _listeners: [Listener; 3],
    gaps: OnceCell<Listener>,
    listen_to_gaps: Box<dyn Fn() -> Listener>,
    report_unshown_error: Box<dyn Fn()>,
}

impl Subscription {
    /// Opens a source and listens to the selected events. Components whose builders are equal share one connection,
    /// unless it is set up with [`shared(false)`](EventSourceBuilder::shared).
    ///
    /// It cannot fail: what keeps the source from opening (a bad URL, a type that is no enum, server-side rendering) is
    /// reported as an [`error`](Observer::error), and then as the state [`Closed`](State::Closed) with
    /// [`CloseReason::Policy`]. In a browser it is on the console too: the app is to be corrected.
    ///
    /// The observer may be called before this returns: with such an error, or with [`Open`](State::Open) if the source joins an
    /// open connection.
    pub fn open<E: 'static>(
        builder: EventSourceBuilder,
        selection: &Selection<E>,
        observer: impl Observer<E>,
    ) -> Self {
        let notices = Rc::new(Notices::new(observer, builder.clone()));
        let opened = builder.shared_by_default().open().and_then(|source| {
            let notices = Rc::clone(&notices);
            let events = selection.listen(&source, Box::new(move |event| notices.event(event)))?;
            Ok((source, events))
        });
        let (source, events) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                notices.cannot_open(error);
                return Self { open: None };
            }
        };
        let state = source.state();
        if !matches!(state, State::Connecting) {
            notices.state(state);
        }
        let errors = {
            let notices = Rc::clone(&notices);
            source.on_error(move |error| notices.error(error))
        };
        let states = {
            let notices = Rc::clone(&notices);
            source.on_state(move |state| notices.state(state))
        };
        let listen_to_gaps = {
            let notices = Rc::clone(&notices);
            Box::new(move || {
                let notices = Rc::clone(&notices);
                source.on_gap(move |gap| notices.observer.gap(gap))
            })
        };
        Self {
            open: Some(Open {
                _listeners: [events, errors, states],
                gaps: OnceCell::new(),
                listen_to_gaps,
                report_unshown_error: Box::new(move || notices.report_unshown_error()),
            }),
        }
    }

    /// Reports [gaps](Observer::gap) from now on. A second call changes nothing.
    pub fn listen_to_gaps(&self) {
        if let Some(open) = &self.open {
            open.gaps.get_or_init(&open.listen_to_gaps);
        }
    }

    /// Writes the last error to the console if the component [has not shown](Observer::has_shown_error) it. Call it when the
    /// component has rendered after an error; otherwise that error is on the console no earlier than it is over.
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

/// Reports to an observer only what is new to it.
struct Notices<E, O: Observer<E>> {
    observer: O,
    builder: EventSourceBuilder,
    /// Whether the last reported state is `Open`.
    is_open: Cell<bool>,
    /// Whether the last thing that was reported is an error.
    has_error: Cell<bool>,
    /// The last error, while it may not have been shown.
    unshown: RefCell<Option<Error>>,
    events: PhantomData<fn(E)>,
}

impl<E, O: Observer<E>> Notices<E, O> {
    fn new(observer: O, builder: EventSourceBuilder) -> Self {
        Self {
            observer,
            builder,
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
        let is_open = matches!(state, State::Open);
        // A source that joins an open connection is open at once, and tells so later.
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
        {
            self.builder.report_error(&error);
        }
    }
}

impl<E, O: Observer<E>> Drop for Notices<E, O> {
    fn drop(&mut self) {
        self.report_unshown_error();
    }
}
