//! The event stream parser: bytes to events, by
//! [the HTML standard](https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream),
//! wherever the chunks are cut.
//!
//! A line is read where it lies. What an event has in the chunk at hand is remembered as slices of it ([`Items`]); a
//! byte is copied only where its event outlasts its chunk ([`Held`]), and the id, which outlives its event. So an
//! event that nobody wants costs the search for its line ends and nothing else.

mod field;
mod frame;
mod held;
mod items;
mod last_event_id;
mod lines;
mod size;
#[cfg(test)]
mod tests;

use alloc::{rc::Rc, vec::Vec};

use self::{
    field::Line, held::Held, items::Found, last_event_id::LastEventId, lines::Seam, size::Size,
};
pub(crate) use self::{
    frame::Frame,
    items::{Item, Items},
    size::TooLarge,
};

/// Reads one event stream, chunk by chunk. What is pending when the stream ends is discarded with the parser.
#[derive(Debug)]
pub(crate) struct Parser {
    seam: Seam,
    held: Held,
    /// What was held of the event that was dispatched last, for its [`Frame`] to refer to.
    handed_over: Held,
    last_event_id: LastEventId,
    size: Size,
    failed: bool,
}

impl Parser {
    /// A parser for a stream that goes on where another has ended, with its `last_event_id`. No event may take more
    /// than `max_event_size` bytes, see [`TooLarge`].
    pub(crate) fn new(last_event_id: Vec<u8>, max_event_size: usize) -> Self {
        Self {
            seam: Seam::default(),
            held: Held::default(),
            handed_over: Held::default(),
            last_event_id: LastEventId::new(last_event_id),
            size: Size::new(max_event_size),
            failed: false,
        }
    }

    /// Reads one chunk, which may be empty.
    pub(crate) fn parse<'a>(&'a mut self, chunk: &'a [u8]) -> Items<'a> {
        let mut rest: &[u8] = &[];
        if !self.failed {
            let (start, chunk) = self.seam.cross(chunk);
            self.held.extend_line(start);
            rest = chunk;
        }
        Items::new(self, rest)
    }

    /// Goes on in a chunk behind an event of it, with what its items had as their [`rest`](Items::rest) then.
    #[allow(
        dead_code,
        reason = "for JavaScript, which asks for one event after the other"
    )]
    pub(crate) fn resume<'a>(&'a mut self, rest: &'a [u8]) -> Items<'a> {
        Items::new(self, rest)
    }

    /// Goes back in a chunk to where an event ends, to [`resume`](Self::resume) from there: forgets what was read behind
    /// it, and takes back the last event id that was the stream's then.
    #[allow(
        dead_code,
        reason = "for JavaScript, which asks for many events at once"
    )]
    pub(crate) fn go_back(&mut self, last_event_id: &[u8]) {
        self.held = Held::default();
        self.size.reset();
        self.last_event_id.set_buffer(last_event_id);
        self.last_event_id.commit();
        self.failed = false;
    }

    /// The standard's *last event ID string*: what a reconnection sends. An `id` counts from the blank line that ends
    /// its block.
    #[allow(dead_code, reason = "for Rust")]
    pub(crate) fn last_event_id(&self) -> &Rc<str> {
        self.last_event_id.text()
    }

    /// The same as it came, not decoded.
    #[allow(dead_code, reason = "for JavaScript, which decodes by itself")]
    pub(crate) fn last_event_id_bytes(&self) -> &[u8] {
        self.last_event_id.bytes()
    }

    /// Keeps a part of a line, unless the line is a comment.
    fn hold_line(&mut self, part: &[u8]) -> Result<(), TooLarge> {
        if !self.held.take_as_comment(part) {
            self.size.check(self.held.line().len() + part.len())?;
            self.held.extend_line(part);
        }
        Ok(())
    }

    /// Reads the line that is held, now that it is whole.
    fn read_held_line(&mut self) -> Option<Found> {
        let line = self.held.line();
        let mut found = None;
        match Line::of(line) {
            Line::Data(value) => {
                self.size.add(line.len());
                let len = value.len();
                self.held.make_line_data(len);
            }
            Line::Event(name) => {
                self.size.add(line.len());
                let len = name.len();
                self.held.make_line_name(len);
            }
            Line::Id(id) => {
                self.size.add(line.len());
                self.last_event_id.set_buffer(id);
            }
            Line::Retry(time) => found = Some(Found::Retry(time)),
            Line::Blank | Line::Comment | Line::Ignored => {}
        }
        self.held.drop_line();
        found
    }

    /// Forgets everything but the last event id, and reads no more.
    fn fail(&mut self) {
        self.failed = true;
        self.held = Held::default();
        self.handed_over = Held::default();
        self.last_event_id.drop_buffer();
    }

    /// How many bytes it keeps room for.
    #[cfg(test)]
    fn capacity(&self) -> usize {
        self.held.capacity() + self.handed_over.capacity() + self.last_event_id.capacity()
    }
}
