#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(test)]
mod tests;

use std::{
    cell::Cell,
    rc::{Rc, Weak},
};

use serde_core::de::DeserializeOwned;
use typed_eventsource::{CloseReason, Error, Event, EventSourceBuilder, Listener, State};

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
}

/// A component's hold on its source: it is open, and tells the component everything, until this is dropped.
#[derive(Debug)]
#[must_use = "the source closes when this is dropped"]
pub struct Subscription {
    /// `None` if nothing could be opened.
    _listeners: Option<[Listener; 3]>,
}

impl Subscription {
    /// Opens a source and listens to the events that the enum `E` stands for, as
    /// [`EventSource::on_events`](typed_eventsource::EventSource::on_events) does. Components whose builders are equal share
    /// one connection, unless it is set up with [`shared(false)`](EventSourceBuilder::shared).
    ///
    /// It cannot fail: what keeps the source from opening (a bad URL, a type that is no enum, server-side rendering) is
    /// reported as an [`error`](Observer::error), and then as the state [`Closed`](State::Closed) with
    /// [`CloseReason::Policy`].
    ///
    /// The observer may be called before this returns: with such an error, or with [`Open`](State::Open) if the source joins an
    /// open connection.
    pub fn open<E: DeserializeOwned + 'static>(
        builder: EventSourceBuilder,
        observer: impl Observer<E>,
    ) -> Self {
        let notices = Rc::new(Notices::new(observer));
        let opened = builder.shared_by_default().open().and_then(|source| {
            let notices = Rc::clone(&notices);
            let events = source.on_events(move |event| notices.event(event))?;
            Ok((source, events))
        });
        let listeners = opened.map(|(source, events)| {
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
            [events, errors, states]
        });
        Self {
            _listeners: listeners
                .map_err(|error| {
                    notices.error(error.clone());
                    notices.state(State::Closed(CloseReason::Policy(error)));
                })
                .ok(),
        }
    }
}

/// Reports to an observer only what is new to it.
struct Notices<O> {
    observer: O,
    /// Whether the last reported state is `Open`.
    is_open: Cell<bool>,
    /// Whether the last thing that was reported is an error.
    has_error: Cell<bool>,
}

impl<O> Notices<O> {
    fn new(observer: O) -> Self {
        Self {
            observer,
            is_open: Cell::new(false),
            has_error: Cell::new(false),
        }
    }

    fn event<E>(&self, event: Event<E>)
    where
        O: Observer<E>,
    {
        self.forget_error();
        self.observer.event(event);
    }

    fn error<E>(&self, error: Error)
    where
        O: Observer<E>,
    {
        self.has_error.set(true);
        self.observer.error(Some(error));
    }

    fn state<E>(&self, state: State)
    where
        O: Observer<E>,
    {
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

    fn forget_error<E>(&self)
    where
        O: Observer<E>,
    {
        if self.has_error.take() {
            self.observer.error(None);
        }
    }
}
