//! Attempts for whose request a user's function is asked. The server sees them once it has answered.

use std::{
    cell::RefCell,
    pin::Pin,
    rc::{Rc, Weak},
    task::{Context, Poll, Waker},
};

use super::{Attempt, FakeConnection};
use crate::transport::{
    TransportEvent,
    fetch::{RequestFunction, RequestResult, function_error, is_safe, unmade},
};

/// An attempt that the server does not see yet.
pub(super) struct Asking {
    connection: Weak<FakeConnection>,
    last_event_id: String,
    answer: Pin<Box<dyn Future<Output = RequestResult>>>,
}

/// What came of an attempt.
pub(super) enum Heard {
    /// The function has yet to answer.
    Nothing(Asking),
    Request(Rc<FakeConnection>, Attempt),
    /// The source is gone, or has failed.
    End,
}

impl Asking {
    pub(super) fn new(
        connection: &Rc<FakeConnection>,
        request: &RequestFunction,
        attempt: crate::Attempt,
    ) -> Self {
        let request = request.clone();
        Self {
            connection: Rc::downgrade(connection),
            last_event_id: attempt.last_event_id.clone(),
            // The function may use the source, which has to exist by then: it is called when the server hears the answer.
            answer: Box::pin(async move { request.current()(attempt).await }),
        }
    }

    /// Asks, or looks whether there is an answer by now.
    pub(super) fn hear(mut self) -> Heard {
        let Some(connection) = self.connection.upgrade() else {
            return Heard::End;
        };
        let mut context = Context::from_waker(Waker::noop());
        let answer = match self.answer.as_mut().poll(&mut context) {
            Poll::Pending => return Heard::Nothing(self),
            Poll::Ready(Ok(answer)) => answer,
            Poll::Ready(Err(error)) => {
                connection.emit(unmade(function_error(&connection.url(), &*error)));
                return Heard::End;
            }
        };
        if let Some(url) = &answer.url {
            connection.url.replace(url.as_str().into());
        }
        let attempt = Attempt::new(&*connection.url(), self.last_event_id);
        let attempt = connection.attempt(attempt, &answer);
        connection.emit(TransportEvent::Requested {
            is_safe: is_safe(&attempt.method),
        });
        match connection.is_dropped() {
            true => Heard::End,
            false => Heard::Request(connection, attempt),
        }
    }
}

/// The attempts whose functions have yet to answer.
#[derive(Default)]
pub(super) struct Unanswered(RefCell<Vec<Asking>>);

impl Unanswered {
    pub(super) fn push(&self, asking: Asking) {
        self.0.borrow_mut().push(asking);
    }

    /// The attempts whose functions have answered. Nothing is borrowed while users' code runs.
    pub(super) fn hear(&self) -> Vec<(Rc<FakeConnection>, Attempt)> {
        let mut heard = Vec::new();
        for asking in self.0.take() {
            match asking.hear() {
                Heard::Nothing(asking) => self.push(asking),
                Heard::Request(connection, attempt) => heard.push((connection, attempt)),
                Heard::End => {}
            }
        }
        heard
    }
}
