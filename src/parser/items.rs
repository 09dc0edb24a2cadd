//! What there is in one chunk.

use core::{mem, time::Duration};

use super::{
    Parser,
    field::Line,
    frame::{Fields, Frame},
    lines::split_line,
    size::TooLarge,
};

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
pub(super) enum Found {
    Event,
    Comment,
    Retry(Duration),
}

impl<'a> Items<'a> {
    pub(super) fn new(parser: &'a mut Parser, chunk: &'a [u8]) -> Self {
        Self {
            parser,
            rest: chunk,
            fields: Fields::default(),
        }
    }

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

    /// What is still to be read of the chunk.
    #[allow(
        dead_code,
        reason = "for JavaScript, which asks for one event after the other"
    )]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
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
            Line::Id(id) => {
                self.fields.id = Some(id);
                self.parser.last_event_id.set_buffer(id);
            }
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
            id: fields.id,
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
