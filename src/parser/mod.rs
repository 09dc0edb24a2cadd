//! The event stream parser: bytes to events, by
//! [the HTML standard](https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream),
//! wherever the chunks are cut.
//!
//! A line is read where it lies. What an event has in the chunk at hand is remembered as slices of it ([`Fields`]); a
//! byte is copied only where its event outlasts its chunk ([`Held`]), and the id, which outlives its event. So an
//! event that nobody wants costs the search for its line ends and nothing else.

mod field;
mod frame;
mod held;
mod last_event_id;
mod lines;
mod size;
#[cfg(test)]
mod tests;

use std::{mem, rc::Rc, time::Duration};

use self::{
    field::Line,
    frame::Fields,
    held::Held,
    last_event_id::LastEventId,
    lines::{Seam, split_line},
    size::Size,
};
pub(crate) use self::{frame::Frame, size::TooLarge};

/// Reads one event stream, chunk by chunk. What is pending when the stream ends is discarded with the parser.
pub(crate) struct Parser {
    seam: Seam,
    held: Held,
    /// What was held of the event that was dispatched last, for its [`Frame`] to refer to.
    handed_over: Held,
    last_event_id: LastEventId,
    size: Size,
    failed: bool,
}

/// What there is in one chunk, to be asked for until there is no more: the end of the chunk is kept only then.
#[must_use = "a chunk is read by asking for its items"]
pub(crate) struct Items<'a> {
    parser: &'a mut Parser,
    /// What is still to be read.
    rest: &'a [u8],
    fields: Fields<'a>,
}

/// What a server says.
pub(crate) enum Item<'a> {
    Event(Frame<'a>),
    /// A sign of life.
    Comment,
    /// How long to wait before reconnecting, from now on.
    Retry(Duration),
}

/// As [`Item`], while the event is not put together yet.
enum Found {
    Event,
    Comment,
    Retry(Duration),
}

impl Parser {
    /// A parser for a stream that goes on where another has ended, with its `last_event_id`. No event may take more
    /// than `max_event_size` bytes, see [`TooLarge`].
    pub(crate) fn new(last_event_id: Rc<str>, max_event_size: usize) -> Self {
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
        Items {
            parser: self,
            rest,
            fields: Fields::default(),
        }
    }

    /// The standard's *last event ID string*: what a reconnection sends. An `id` counts from the blank line that ends
    /// its block.
    pub(crate) fn last_event_id(&self) -> &Rc<str> {
        self.last_event_id.text()
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

impl<'a> Items<'a> {
    /// The next item. After [`TooLarge`] there is none, in this chunk or another.
    pub(crate) fn next(&mut self) -> Option<Result<Item<'_>, TooLarge>> {
        match self.find() {
            Ok(None) => None,
            Ok(Some(Found::Event)) => Some(Ok(Item::Event(self.frame()))),
            Ok(Some(Found::Comment)) => Some(Ok(Item::Comment)),
            Ok(Some(Found::Retry(time))) => Some(Ok(Item::Retry(time))),
            Err(too_large) => {
                self.rest = &[];
                self.fields = Fields::default();
                self.parser.fail();
                Some(Err(too_large))
            }
        }
    }

    fn find(&mut self) -> Result<Option<Found>, TooLarge> {
        if self.parser.held.has_line()
            && let Some(found) = self.finish_held_line()?
        {
            return Ok(Some(found));
        }
        while let Some((line, after)) = split_line(self.rest) {
            let from = mem::replace(&mut self.rest, after);
            if let Some(found) = self.read_line(line, from)? {
                return Ok(Some(found));
            }
        }
        self.hold()?;
        Ok(None)
    }

    /// Reads on in the line that the chunk before has left unfinished.
    fn finish_held_line(&mut self) -> Result<Option<Found>, TooLarge> {
        let Some((end, after)) = split_line(self.rest) else {
            self.parser.hold_line(mem::take(&mut self.rest))?;
            return Ok(None);
        };
        self.rest = after;
        if self.parser.held.end_comment() {
            return Ok(Some(Found::Comment));
        }
        self.parser.hold_line(end)?;
        Ok(self.parser.read_held_line())
    }

    /// Reads a line that lies in the chunk, which goes on `from` it.
    fn read_line(&mut self, line: &'a [u8], from: &'a [u8]) -> Result<Option<Found>, TooLarge> {
        let read = Line::of(line);
        match read {
            Line::Blank => return Ok(self.end_event()),
            Line::Comment => return Ok(Some(Found::Comment)),
            _ => self.parser.size.check(line.len())?,
        }
        match read {
            Line::Data(value) => self.fields.data.add(value, from),
            Line::Event(name) => self.fields.name = Some(name),
            Line::Id(id) => self.parser.last_event_id.set_buffer(id),
            Line::Retry(time) => return Ok(Some(Found::Retry(time))),
            Line::Blank | Line::Comment | Line::Ignored => return Ok(None),
        }
        self.parser.size.add(line.len());
        Ok(None)
    }

    /// A blank line: the id counts from here on, and without data there is no event.
    fn end_event(&mut self) -> Option<Found> {
        self.parser.last_event_id.commit();
        self.parser.size.reset();
        if self.fields.data.is_none() && !self.parser.held.has_data() {
            self.fields = Fields::default();
            self.parser.held.clear();
            return None;
        }
        Some(Found::Event)
    }

    /// The event that has ended, out of what was held of it and of what lies in the chunk.
    fn frame(&mut self) -> Frame<'_> {
        let Parser {
            held,
            handed_over,
            last_event_id,
            ..
        } = &mut *self.parser;
        handed_over.clear();
        if !held.is_empty() {
            mem::swap(held, handed_over);
        }
        let (name, joined) = handed_over.name_and_data();
        let fields = mem::take(&mut self.fields);
        Frame {
            name: fields.name.unwrap_or(name),
            data: fields.data.until(self.rest),
            joined,
            last_event_id,
        }
    }

    /// The chunk is at its end: keeps what there is of an event and of a line.
    fn hold(&mut self) -> Result<(), TooLarge> {
        self.parser.handed_over.clear();
        let held = &mut self.parser.held;
        let fields = mem::take(&mut self.fields);
        if let Some(name) = fields.name {
            held.set_name(name);
        }
        if !fields.data.is_none() {
            held.extend_data(|data| fields.data.append_to(data));
        }
        self.parser.hold_line(mem::take(&mut self.rest))
    }
}
