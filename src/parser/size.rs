//! How large an event may be.

/// An event is larger than it may be: nothing follows.
///
/// What counts is the length of the event's `data`, `event` and `id` lines as they were sent, line ends aside, and of
/// the line that is being read, whatever it says, unless it is a comment. How the chunks were cut makes no difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge {
    /// The most bytes that an event may take.
    pub(crate) limit: usize,
}

/// The size of the event that is being read.
#[derive(Debug)]
pub(super) struct Size {
    limit: usize,
    /// Of the lines that were taken in; never more than the limit.
    lines: usize,
}

impl Size {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, lines: 0 }
    }

    /// Whether there is room for a line, or for so much of it as there is.
    pub(super) fn check(&self, line: usize) -> Result<(), TooLarge> {
        if line > self.limit - self.lines {
            return Err(TooLarge { limit: self.limit });
        }
        Ok(())
    }

    /// A line that was [checked](Self::check) belongs to the event.
    pub(super) fn add(&mut self, line: usize) {
        self.lines += line;
    }

    /// The next event starts.
    pub(super) fn reset(&mut self) {
        self.lines = 0;
    }
}
