//! The errors of a source on the console: of each kind one in a minute, and what is left at the end.

use std::{
    cell::RefCell,
    mem::{discriminant, replace, take},
};

use typed_eventsource_core::{Span, Timestamp};

use super::Connection;
use crate::Error;

/// For how long after a line further errors of its kind have no line.
const QUIET: Span = Span::from_secs(60);

/// The last line of each kind.
#[derive(Default)]
pub(super) struct ConsoleLines(RefCell<Vec<Line>>);

struct Line {
    quiet_until: Timestamp,
    /// How many further errors had no line.
    unwritten: u32,
    /// The last error of this kind.
    last: Error,
}

impl ConsoleLines {
    /// Counts an error. If it is to have a line, returns how many had none since the last one.
    fn admit(&self, error: &Error, now: Timestamp, is_end: bool) -> Option<u32> {
        let mut lines = self.0.borrow_mut();
        let is_same_kind = |line: &&mut Line| discriminant(&line.last) == discriminant(error);
        let Some(line) = lines.iter_mut().find(is_same_kind) else {
            lines.push(Line {
                quiet_until: now + QUIET,
                unwritten: 0,
                last: error.clone(),
            });
            return Some(0);
        };
        let is_quiet = now < line.quiet_until && !is_end;
        let unwritten = if is_quiet {
            line.unwritten += 1;
            None
        } else {
            line.quiet_until = now + QUIET;
            Some(take(&mut line.unwritten))
        };
        let previous = replace(&mut line.last, error.clone());
        // The previous error may hold a value of the app.
        drop(lines);
        drop(previous);
        unwritten
    }
}

impl Connection {
    /// Writes an error that nobody has heard to the console. If `is_end`, it has closed the source, and is always written.
    pub(in crate::source) fn write_to_console(&self, error: &Error, is_end: bool) {
        if let Some(unwritten) = self.console.admit(error, self.host.now(), is_end) {
            self.host.report(error, unwritten);
        }
    }

    /// Writes the last error of each kind that had no line since its last one, and how many there were before it.
    pub(super) fn write_rest_to_console(&self) {
        for line in self.console.0.take() {
            if let Some(others) = line.unwritten.checked_sub(1) {
                self.host.report(&line.last, others);
            }
        }
    }
}
