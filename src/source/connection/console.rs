//! The errors of a source on the console: of each kind one in a minute.

use std::{
    cell::RefCell,
    mem::{Discriminant, discriminant},
};

use typed_eventsource_core::{Span, Timestamp};

use super::Connection;
use crate::{CloseReason, Error};

/// For how long after a line further errors of its kind have no line.
const QUIET: Span = Span::from_secs(60);

/// The last line of each kind.
#[derive(Default)]
pub(super) struct ConsoleLines(RefCell<Vec<Line>>);

struct Line {
    kind: Discriminant<Error>,
    quiet_until: Timestamp,
    /// How many further errors had no line.
    unwritten: u32,
}

impl ConsoleLines {
    /// Counts an error. If it is to have a line, returns how many had none since the last one.
    fn admit(&self, error: &Error, now: Timestamp, is_end: bool) -> Option<u32> {
        let (kind, quiet_until) = (discriminant(error), now + QUIET);
        let mut lines = self.0.borrow_mut();
        let Some(line) = lines.iter_mut().find(|line| line.kind == kind) else {
            lines.push(Line {
                kind,
                quiet_until,
                unwritten: 0,
            });
            return Some(0);
        };
        if now < line.quiet_until && !is_end {
            line.unwritten += 1;
            return None;
        }
        line.quiet_until = quiet_until;
        Some(std::mem::take(&mut line.unwritten))
    }
}

impl Connection {
    /// Writes an error that nobody has heard to the console. The one that has closed the source is always written.
    pub(in crate::source) fn write_to_console(&self, error: &Error) {
        let is_end = self.close_reason.get().and_then(CloseReason::error) == Some(error);
        if let Some(unwritten) = self.console.admit(error, self.host.now(), is_end) {
            self.host.report(error, unwritten);
        }
    }
}
