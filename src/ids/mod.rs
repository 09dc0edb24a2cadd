//! What is known of the ids of events: which were handed over, and how far they go.

mod sequence;
#[cfg(test)]
mod tests;
mod window;

use sequence::Sequence;
use window::Window;

/// Events that were missed while there was no connection, as the ids of those around them tell; what
/// [`EventSource::on_gap`](crate::EventSource::on_gap) hears.
///
/// ```
/// # use typed_eventsource::Gap;
/// fn notice(gap: &Gap) -> String {
///     format!("{} events are missing between {} and {}", gap.missed, gap.after, gap.before)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// The highest id before it.
    pub after: String,
    /// The first id behind it.
    pub before: String,
    /// How many ids lie between the two.
    pub missed: u64,
}

/// Whether an event has an `id` field of its own. Without one it carries the id of the event before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(any(test, feature = "fetch")),
    allow(dead_code, reason = "the browser's own source does not tell")
)]
pub(crate) enum IdField {
    Present,
    Absent,
    /// The transport does not know.
    Untold,
}

/// What the ids of one source have been so far.
#[derive(Debug)]
pub(crate) struct Ids {
    window: Window,
    sequence: Sequence,
}

/// What the id of an event tells of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Told {
    New(Option<Gap>),
    Repeated,
}

impl Ids {
    /// For a source that goes on after the event with the id `start`, which may be empty, and that remembers so many ids.
    pub(crate) fn new(window: usize, start: &str) -> Self {
        Self {
            window: Window::new(window, start),
            sequence: Sequence::new(start),
        }
    }

    /// A new connection begins.
    pub(crate) fn connected(&mut self) {
        self.window.connected();
        self.sequence.connected();
    }

    /// An event has come for those who listen to it.
    pub(crate) fn heard(&mut self, id: &str, field: IdField) -> Told {
        if self.window.is_reset_by(id, field) {
            self.forget();
        }
        if self.window.has(id, field) {
            return Told::Repeated;
        }
        Told::New(self.sequence.go_on(id))
    }

    /// The last event id has moved on by what nobody listens to.
    pub(crate) fn passed(&mut self, id: &str) -> Option<Gap> {
        if id.is_empty() {
            self.forget();
        }
        self.window.passed(id);
        self.sequence.go_on(id)
    }

    /// The server has taken the last event id back, and may count from anew.
    fn forget(&mut self) {
        self.window.forget();
        self.sequence = Sequence::new("");
    }
}
