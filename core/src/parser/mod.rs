//! The event stream parser: bytes to events, by
//! [the HTML standard](https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream),
//! wherever the chunks are cut.
//!
//! A line is read where it lies. What an event has in the chunk at hand is remembered as slices of it ([`Items`]); a
//! byte is copied only where its event outlasts its chunk, and the id, which outlives its event. So an
//! event that nobody wants costs the search for its line ends and nothing else.

mod event;
mod held;
mod lines;
#[cfg(test)]
mod tests;

use alloc::{sync::Arc, vec::Vec};
use core::{marker::PhantomData, mem};

#[cfg(target_arch = "wasm32")]
pub use self::lines::Simd;
use self::{
    event::{Fields, LastEventId},
    held::{Held, Size},
    lines::{Field, Seam, field_of, is_id, milliseconds, split_line},
};
pub use self::{
    event::{ParsedEvent, UnfinishedEvent},
    held::TooLarge,
    lines::{LineSearch, Scalar},
};
use crate::Span;

/// Reads one event stream, chunk by chunk. What is pending when the stream ends is no event, by the standard, and is discarded
/// with the parser; [`unfinished`](Parser::unfinished) says what it was.
///
/// It does what the standard calls
/// [interpreting an event stream](https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation),
/// and tells of comments besides.
///
/// ```
/// use typed_eventsource_core::parser::{Item, Parser};
///
/// let mut parser: Parser = Parser::new(Vec::new(), 1024 * 1024);
/// let mut events = Vec::new();
/// for chunk in ["event: price\nid: 7\nda", "ta: 1.5\n\n: a comment\n"] {
///     let mut items = parser.parse(chunk.as_bytes());
///     while let Some(item) = items.next() {
///         if let Item::Event(event) = item.expect("an event of less than a megabyte") {
///             events.push((event.name().into_owned(), event.into_data().into_owned()));
///         }
///     }
/// }
/// assert_eq!(events, [("price".to_owned(), "1.5".to_owned())]);
/// assert_eq!(&**parser.last_event_id(), "7");
/// ```
#[derive(Debug)]
pub struct Parser<S = Scalar> {
    seam: Seam,
    held: Held,
    /// What was held of the event that was dispatched last, for its [`ParsedEvent`] to refer to.
    handed_over: Held,
    last_event_id: LastEventId,
    size: Size,
    failed: bool,
    search: PhantomData<S>,
}

impl<S: LineSearch> Parser<S> {
    /// A parser for a stream that goes on where another has ended, with its `last_event_id`. No event may take more
    /// than `max_event_size` bytes, see [`TooLarge`].
    pub fn new(last_event_id: Vec<u8>, max_event_size: usize) -> Self {
        Self {
            seam: Seam::default(),
            held: Held::default(),
            handed_over: Held::default(),
            last_event_id: LastEventId::new(last_event_id),
            size: Size::new(max_event_size),
            failed: false,
            search: PhantomData,
        }
    }

    /// Reads one chunk, which may be empty.
    pub fn parse<'a>(&'a mut self, chunk: &'a [u8]) -> Items<'a, S> {
        let mut rest: &[u8] = &[];
        if !self.failed {
            let (start, chunk) = self.seam.cross(chunk);
            self.held.extend_line(start);
            rest = chunk;
        }
        Items::new(self, rest)
    }

    /// Goes on in a chunk behind an event of it, with what its items had as their [`rest`](Items::rest) then.
    pub fn resume<'a>(&'a mut self, rest: &'a [u8]) -> Items<'a, S> {
        Items::new(self, rest)
    }

    /// Goes back in a chunk to where an event ends, to [`resume`](Self::resume) from there: forgets what was read behind
    /// it, and takes back the last event id that was the stream's then.
    pub fn go_back(&mut self, last_event_id: &[u8]) {
        self.held = Held::default();
        self.size.reset();
        self.last_event_id.set_buffer(last_event_id);
        self.last_event_id.commit();
        self.failed = false;
    }

    /// The standard's *last event ID string*: what a reconnection sends. An `id` counts from the blank line that ends
    /// its block.
    pub fn last_event_id(&self) -> &Arc<str> {
        self.last_event_id.text()
    }

    /// The same as it came, not decoded.
    pub fn last_event_id_bytes(&self) -> &[u8] {
        self.last_event_id.bytes()
    }

    /// What of an event had arrived when the stream ended. Its last line is read as it came, though it may be cut. `None` where
    /// the stream ended between two events.
    ///
    /// ```
    /// use typed_eventsource_core::parser::Parser;
    ///
    /// let mut parser: Parser = Parser::new(Vec::new(), 1024);
    /// assert!(parser.parse(b"event: token\ndata: Hel").next().is_none());
    /// let unfinished = parser.unfinished().expect("the stream ended within an event");
    /// assert_eq!(unfinished.name, "token");
    /// assert_eq!(unfinished.data, "Hel");
    /// ```
    #[must_use]
    pub fn unfinished(&mut self) -> Option<UnfinishedEvent> {
        let is_in_line = !self.held.end_comment() && self.held.has_line();
        if is_in_line {
            self.read_held_line();
        }
        let has_event = is_in_line || !self.held.is_empty();
        let (name, data) = self.held.name_and_data();
        has_event.then(|| UnfinishedEvent::new(name, data))
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
        let (field, value) = field_of(line);
        let value = &line[value..];
        let (line_len, value_len) = (line.len(), value.len());
        let mut found = None;
        match field {
            Field::Data => {
                self.size.add(line_len);
                self.held.make_line_data(value_len);
            }
            Field::Event => {
                self.size.add(line_len);
                self.held.make_line_name(value_len);
            }
            Field::Id if is_id(value) => {
                self.size.add(line_len);
                self.last_event_id.set_buffer(value);
            }
            Field::Retry => found = milliseconds(value).map(Found::Retry),
            Field::Blank | Field::Comment | Field::Id | Field::Unknown => {}
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

/// What there is in one chunk, to be asked for until there is no more: the end of the chunk is kept only then.
#[must_use = "a chunk is read by asking for its items"]
#[derive(Debug)]
pub struct Items<'a, S = Scalar> {
    parser: &'a mut Parser<S>,
    /// What is still to be read.
    rest: &'a [u8],
    fields: Fields<'a>,
}

/// What a server says.
#[derive(Debug)]
pub enum Item<'a, S = Scalar> {
    /// A blank line has ended an event that has data.
    Event(ParsedEvent<'a, S>),
    /// A comment has ended, which says that the server is there.
    Comment,
    /// How long to wait before reconnecting, from now on.
    Retry(Span),
}

/// As [`Item`], while the event is not put together yet.
enum Found {
    Event,
    Comment,
    Retry(Span),
}

impl<'a, S: LineSearch> Items<'a, S> {
    fn new(parser: &'a mut Parser<S>, chunk: &'a [u8]) -> Self {
        Self {
            parser,
            rest: chunk,
            fields: Fields::default(),
        }
    }

    /// The next item. After [`TooLarge`] there is none, in this chunk or another.
    #[expect(
        clippy::should_implement_trait,
        reason = "an item borrows from its chunk's items, as no `Iterator` has it"
    )]
    pub fn next(&mut self) -> Option<Result<Item<'_, S>, TooLarge>> {
        match self.find() {
            Ok(None) => None,
            Ok(Some(Found::Event)) => Some(Ok(Item::Event(self.event()))),
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
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn find(&mut self) -> Result<Option<Found>, TooLarge> {
        if self.parser.held.has_line()
            && let Some(found) = self.finish_held_line()?
        {
            return Ok(Some(found));
        }
        while let Some((line, after)) = split_line::<S>(self.rest) {
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
        let Some((end, after)) = split_line::<S>(self.rest) else {
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
        let (field, value) = field_of(line);
        let value = &line[value..];
        match field {
            Field::Blank => return Ok(self.end_event()),
            Field::Comment => return Ok(Some(Found::Comment)),
            _ => self.parser.size.check(line.len())?,
        }
        match field {
            Field::Data => self.fields.data.add(value, from),
            Field::Event => self.fields.name = Some(value),
            Field::Id if is_id(value) => {
                self.fields.id = Some(value);
                self.parser.last_event_id.set_buffer(value);
            }
            Field::Retry => return Ok(milliseconds(value).map(Found::Retry)),
            Field::Blank | Field::Comment | Field::Id | Field::Unknown => return Ok(None),
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
    fn event(&mut self) -> ParsedEvent<'_, S> {
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
        ParsedEvent {
            name: fields.name.unwrap_or(name),
            data: fields.data.until(self.rest),
            joined,
            id: fields.id,
            last_event_id,
            search: PhantomData,
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
            held.extend_data(|data| fields.data.append_to::<S>(data));
        }
        self.parser.hold_line(mem::take(&mut self.rest))
    }
}
