//! What a source tells of itself: its states, its errors, its gaps and its attempts.

use super::EventSource;
use crate::{
    AttemptSummary, Error, Gap, State,
    source::{Listener, connection::Notice, countdown},
};

/// Listeners to what happens to the connection.
impl EventSource {
    /// Calls back with each change of state; the last one is [`State::Closed`]. A source starts as
    /// [`State::Connecting`], which is not a change.
    pub fn on_state(&self, mut callback: impl FnMut(State) + 'static) -> Listener {
        self.connection.on_state(Box::new(move |notice| {
            if let Notice::State(state) = notice {
                callback(state.clone());
            }
        }))
    }

    /// Calls back with everything that goes wrong with this source, the error that closes it included.
    ///
    /// Errors that reach neither this nor a stream go to the console: one of each kind in a minute, with the number of those that
    /// were left out before it, always the one that closes the source, and at the end what is left of each kind. A source over
    /// `fetch` also writes one hint there, when an event arrives that nobody listens to: its name may be misspelt.
    pub fn on_error(&self, mut callback: impl FnMut(Error) + 'static) -> Listener {
        self.connection.on_error(Box::new(move |notice| {
            if let Notice::Error(error) = notice {
                callback(error.clone());
            }
        }))
    }

    /// Calls back if ids show that events were missed while there was no connection, so that an app can reload what it
    /// shows. After a reconnection, the first id above all earlier ones has to be the next number. If it is higher, the callback
    /// is called just before that event is delivered.
    ///
    /// With [`deduplicate`](crate::EventSourceBuilder::deduplicate), a server that counts from the start again is told as a gap,
    /// too.
    ///
    /// Only ids that are decimal integers of at most 64 bits count. Gaps within a connection do not, since the server
    /// knows what it leaves out. Events that nobody listens to are no gap over `fetch`. The browser's own source does
    /// not show them, so there, listen to all events of a source.
    ///
    /// After an event with an empty `id` the ids before it are forgotten. If a source
    /// [continues from an id](crate::Fetch::last_event_id), its first connection counts as a reconnection.
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Listener};
    /// # fn reload() {}
    /// fn watch(orders: &EventSource) -> Listener {
    ///     orders.on_gap(|gap| {
    ///         eprintln!("events are missing after {}", gap.after);
    ///         reload();
    ///     })
    /// }
    /// ```
    pub fn on_gap(&self, mut callback: impl FnMut(Gap) + 'static) -> Listener {
        self.connection.on_gap(Box::new(move |notice| {
            if let Notice::Gap(gap) = notice {
                callback(gap.clone());
            }
        }))
    }

    /// Calls back with each attempt to connect when it has ended: before the error that ended it, and before the change of state
    /// that follows is reported. It is for logs and traces.
    ///
    /// Attempts of the browser's own source are told as far as they show. A source that [shares](crate::EventSourceBuilder::shared)
    /// a connection is told of that connection's attempts while it takes part.
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Listener};
    /// fn log(source: &EventSource) -> Listener {
    ///     source.on_attempt(|attempt| {
    ///         let took = attempt.duration.unwrap_or_default();
    ///         println!("{} {:?} after {took:?}: {:?}", attempt.number, attempt.outcome, attempt.error);
    ///     })
    /// }
    /// ```
    pub fn on_attempt(&self, mut callback: impl FnMut(AttemptSummary) + 'static) -> Listener {
        self.connection.on_attempt(Box::new(move |notice| {
            if let Notice::Attempt(attempt) = notice {
                callback(attempt.clone());
            }
        }))
    }

    /// Calls back with the seconds until the next attempt: when a wait begins, then each second, and with `None` when the wait is
    /// over. Where the browser reconnects there is nothing to count, since it does not say how long it waits.
    ///
    /// ```
    /// # use typed_eventsource::{EventSource, Listener};
    /// # fn show(_: String) {}
    /// fn watch(source: &EventSource) -> Listener {
    ///     source.on_countdown(|seconds| match seconds {
    ///         Some(seconds) => show(format!("Reconnecting in {seconds} s")),
    ///         None => show(String::new()),
    ///     })
    /// }
    /// ```
    pub fn on_countdown(&self, callback: impl FnMut(Option<u64>) + 'static) -> Listener {
        countdown::count_down(&self.connection, callback)
    }
}
