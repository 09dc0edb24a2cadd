//! The seconds that are left of a wait.

use std::{
    cell::Cell,
    rc::{Rc, Weak},
};

use typed_eventsource_core::Span;

use super::{
    callbacks::CallbackList,
    connection::{Connection, Notice},
    listener::Listener,
};
use crate::{State, host::Timer};

const SECOND: Span = Span::from_secs(1);

/// How much too early a timer may fire.
const TOLERANCE: Span = Span::from_millis(20);

/// Counts the waits of a source down, for one callback. It belongs to the source's callbacks for states, and goes with them.
struct Countdown {
    connection: Weak<Connection>,
    /// The one callback. There is none once it has panicked.
    callback: CallbackList<dyn FnMut(Option<u64>)>,
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
        callback: CallbackList::default(),
        is_counting: Cell::default(),
        timer: Cell::default(),
    });
    countdown.callback.add(Box::new(callback));
    // The source may be waiting already. The callback is called in a later task.
    if connection.waits_until().is_some() {
        countdown.count_after(connection, Span::ZERO);
    }
    connection.on_state(Box::new(move |notice| {
        if let Notice::State(state) = notice {
            countdown.follow(state);
        }
    }))
}

impl Countdown {
    fn follow(self: &Rc<Self>, state: &State) {
        drop(self.timer.take());
        let Some(connection) = self.connection.upgrade() else {
            return;
        };
        match state {
            State::Waiting { .. } => self.count(&connection),
            _ if self.is_counting.get() => self.call(&connection, None),
            _ => {}
        }
    }

    /// Calls back with the seconds that are left, if there are any, and again after a second.
    fn count(self: &Rc<Self>, connection: &Connection) {
        let Some(until) = connection.waits_until() else {
            return;
        };
        let left = until.since(connection.host().now());
        let seconds = (left - TOLERANCE).as_nanos().div_ceil(SECOND.as_nanos());
        if seconds > 0 && !self.callback.is_empty() {
            self.count_after(connection, left - Span::from_secs(seconds - 1));
            self.call(connection, Some(seconds));
        }
    }

    fn count_after(self: &Rc<Self>, connection: &Connection, delay: Span) {
        let this = Rc::downgrade(self);
        let count = move |_| {
            let Some(countdown) = this.upgrade() else {
                return;
            };
            if let Some(connection) = countdown.connection.upgrade() {
                connection.run(|| countdown.count(&connection));
            }
        };
        let timer = connection.host().after(delay, Box::new(count));
        self.timer.set(Some(timer));
    }

    fn call(&self, connection: &Connection, seconds: Option<u64>) {
        self.is_counting.set(seconds.is_some());
        self.callback
            .each(connection.panics(), |callback| callback(seconds));
        if self.callback.is_empty() {
            drop(self.timer.take());
        }
    }
}
