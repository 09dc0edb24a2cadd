//! The seconds that are left of a wait.

use std::{
    cell::Cell,
    rc::{Rc, Weak},
};

use typed_eventsource_core::Span;

use super::{connection::Connection, listener::Listener};
use crate::{State, host::Timer};

const SECOND: Span = Span::from_secs(1);

/// How much too early a timer may fire.
const TOLERANCE: Span = Span::from_millis(20);

/// Counts the waits of a source down, for one callback.
struct Countdown<F> {
    connection: Weak<Connection>,
    /// `None` while it runs.
    callback: Cell<Option<F>>,
    /// Whether the callback was last called with a number.
    is_counting: Cell<bool>,
    timer: Cell<Option<Timer>>,
}

pub(super) fn count_down(
    connection: &Rc<Connection>,
    callback: impl FnMut(Option<u64>) + 'static,
) -> Listener {
    let countdown = Rc::new(Countdown {
        connection: Rc::downgrade(connection),
        callback: Cell::new(Some(callback)),
        is_counting: Cell::default(),
        timer: Cell::default(),
    });
    let states = {
        let countdown = Rc::clone(&countdown);
        connection.on_state(Box::new(move |state| countdown.follow(state)))
    };
    // The source may be waiting already. The callback is called in a later task.
    if connection.waits_until().is_some() {
        countdown.count_after(connection, Span::ZERO);
    }
    Listener::new(connection, move |_| {
        drop(states);
        drop(countdown.timer.take());
    })
}

impl<F: FnMut(Option<u64>) + 'static> Countdown<F> {
    fn follow(self: &Rc<Self>, state: &State) {
        drop(self.timer.take());
        match state {
            State::Waiting { .. } => self.count(),
            _ if self.is_counting.get() => self.call(None),
            _ => {}
        }
    }

    /// Calls back with the seconds that are left, if there are any, and again after a second.
    fn count(self: &Rc<Self>) {
        let Some(connection) = self.connection.upgrade() else {
            return;
        };
        let Some(until) = connection.waits_until() else {
            return;
        };
        let left = until.since(connection.host().now());
        let seconds = (left - TOLERANCE).as_nanos().div_ceil(SECOND.as_nanos());
        if seconds > 0 {
            self.count_after(&connection, left - Span::from_secs(seconds - 1));
            self.call(Some(seconds));
        }
    }

    fn count_after(self: &Rc<Self>, connection: &Connection, delay: Span) {
        let this = Rc::downgrade(self);
        let count = move |_| {
            if let Some(countdown) = this.upgrade() {
                countdown.count();
            }
        };
        let timer = connection.host().after(delay, Box::new(count));
        self.timer.set(Some(timer));
    }

    fn call(&self, seconds: Option<u64>) {
        self.is_counting.set(seconds.is_some());
        if let Some(mut callback) = self.callback.take() {
            callback(seconds);
            self.callback.set(Some(callback));
        }
    }
}
