//! The event stream parser. It turns bytes into events as [the HTML
//! standard](https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream) defines, wherever
//! the chunks are cut.
//!
//! Lines are read in place. The parts of an event that lie in the current chunk are kept as slices of it ([`Items`]). A
//! byte is copied only if its event continues in the next chunk, or if it belongs to the id, which outlives its event.
//! So an event that nobody wants costs only the search for its line ends.

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
    lines::{ChunkBoundary, Field, field_of, is_valid_id, milliseconds, split_line},
};
pub use self::{
    event::{ParsedEvent, UnfinishedEvent},
    held::TooLarge,
    lines::{LineSearch, Scalar},
};
use crate::Span;

/// Reads one event stream, chunk by chunk. By the standard, an event that is unfinished when the stream ends is discarded;
/// [`unfinished`](Parser::unfinished) returns it.
///
/// It does what the standard calls [interpreting an event
/// stream](https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation), and also
/// reports comments.
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
    boundary: ChunkBoundary,
    held: Held,
    /// The held parts of the event that was dispatched last, for its [`ParsedEvent`] to borrow.
    handed_over: Held,
    last_event_id: LastEventId,
    /// The name of the last block that had a name and no data.
    dropped_name: Vec<u8>,
    size: Size,
    failed: bool,
    search: PhantomData<S>,
}

impl<S: LineSearch> Parser<S> {
    /// A parser for a stream that continues another, with its `last_event_id`. No event may be larger than
    /// `max_event_size` bytes, see [`TooLarge`].
    pub fn new(last_event_id: Vec<u8>, max_event_size: usize) -> Self {
        Self {
            boundary: ChunkBoundary::default(),
            held: Held::default(),
            handed_over: Held::default(),
            last_event_id: LastEventId::new(last_event_id),
            dropped_name: Vec::new(),
            size: Size::new(max_event_size),
            failed: false,
            search: PhantomData,
        }
    }

    /// Reads one chunk, which may be empty.
    pub fn parse<'a>(&'a mut self, chunk: &'a [u8]) -> Items<'a, S> {
        let mut rest: &[u8] = &[];
        if !self.failed {
            let (start, chunk) = self.boundary.cross(chunk);
            self.held.extend_line(start);
            rest = chunk;
        }
        Items::new(self, rest)
    }

    /// Continues in a chunk after one of its events, with the [`rest`](Items::rest) that its items had at that point.
    pub fn resume<'a>(&'a mut self, rest: &'a [u8]) -> Items<'a, S> {
        Items::new(self, rest)
    }

    /// Goes back to the end of an earlier event in a chunk, to [`resume`](Self::resume) from there: forgets what was
    /// read after it, and restores the last event id of the stream at that point.
    pub fn go_back(&mut self, last_event_id: &[u8]) {
        self.held = Held::default();
        self.size.reset();
        self.last_event_id.set_buffer(last_event_id);
        self.last_event_id.commit();
        self.failed = false;
    }

    /// The standard's *last event ID string*, which a reconnection sends. An `id` takes effect at the blank line that
    /// ends its block.
    pub fn last_event_id(&self) -> &Arc<str> {
        self.last_event_id.text()
    }

    /// The last event id as received, not decoded.
    pub fn last_event_id_bytes(&self) -> &[u8] {
        self.last_event_id.bytes()
    }

    /// How many times an `id` has changed the last event id.
    pub fn id_changes(&self) -> usize {
        self.last_event_id.changes()
    }

    /// The name of the last block that had a name and no data, as received. By the standard it is no event, though the server
    /// may have meant one. Empty if there was none.
    pub fn dropped_name(&self) -> &[u8] {
        &self.dropped_name
    }

    /// Whether nothing of the next event has arrived, between two chunks. A line that is still to end may belong to it.
    pub fn is_between_events(&self) -> bool {
        let is_in_line = self.held.has_line() || self.boundary.is_in_mark();
        !is_in_line && self.held.is_empty() && !self.last_event_id.is_buffered()
    }

    /// The part of an event that had arrived when the stream ended. Its last line is read even if it is cut. `None` if the stream
    /// ended between two events.
    ///
    /// ```
    /// use typed_eventsource_core::parser::Parser;
    ///
    /// let mut parser: Parser = Parser::new(Vec::new(), 1024);
    /// assert!(parser.parse(b"event: token\ndata: Hel").next().is_none());
    /// let unfinished = parser.unfinished().expect("the stream ended within an event");
    /// assert_eq!(unfinished.name(), "token");
    /// assert_eq!(unfinished.data(), "Hel");
    /// ```
    #[must_use]
    pub fn unfinished(&mut self) -> Option<UnfinishedEvent<'_>> {
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
        if !self.held.is_part_of_comment(part) {
            self.size.check(self.held.line().len() + part.len())?;
            self.held.extend_line(part);
        }
        Ok(())
    }

    /// Reads the held line, which is now complete.
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
            Field::Id if is_valid_id(value) => {
                self.size.add(line_len);
                self.last_event_id.set_buffer(value);
            }
            Field::Retry => found = milliseconds(value).map(Found::Retry),
            Field::Blank | Field::Comment | Field::Id | Field::Unknown => {}
        }
        self.held.drop_line();
        found
    }

    /// Forgets everything but the last event id, and stops reading.
    fn fail(&mut self) {
        self.failed = true;
        self.held = Held::default();
        self.handed_over = Held::default();
        self.last_event_id.drop_buffer();
    }

    /// The capacity of its buffers in bytes.
    #[cfg(test)]
    fn capacity(&self) -> usize {
        self.held.capacity() + self.handed_over.capacity() + self.last_event_id.capacity()
    }
}

/// The items of one chunk. Call [`next`](Self::next) until there are no more: only then is the unfinished end of the
/// chunk kept.
#[must_use = "a chunk is only read by calling `next`"]
#[derive(Debug)]
pub struct Items<'a, S = Scalar> {
    parser: &'a mut Parser<S>,
    /// The part of the chunk that is still to be read.
    rest: &'a [u8],
    fields: Fields<'a>,
}

/// An item of an event stream.
#[derive(Debug)]
pub enum Item<'a, S = Scalar> {
    /// An event that has data, ended by a blank line.
    Event(ParsedEvent<'a, S>),
    /// A complete comment. It shows that the server is alive.
    Comment,
    /// The time to wait before reconnecting, from now on.
    Retry(Span),
}

/// Like [`Item`], before the event is assembled.
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

    /// The next item. After [`TooLarge`] there are no more, in this chunk or a later one.
    #[expect(
        clippy::should_implement_trait,
        reason = "an item borrows from `Items`, which an `Iterator` does not allow"
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

    /// The part of the chunk that is still to be read.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn find(&mut self) -> Result<Option<Found>, TooLarge> {
        if self.parser.held.has_line()
            && let Some(found) = self.finish_held_line()?
        {
            return Ok(Some(found));
        }
        let mut rest = self.rest;
        loop {
            // Every second line of small events is blank.
            let (line, after): (&[u8], _) = match rest {
                [b'\n', after @ ..] => (&[], after),
                _ => match split_line::<S>(rest) {
                    Some(split) => split,
                    None => break,
                },
            };
            let from = mem::replace(&mut rest, after);
            if let Some(found) = self.read_line(line, from)? {
                self.rest = rest;
                return Ok(Some(found));
            }
        }
        self.rest = rest;
        self.hold()?;
        Ok(None)
    }

    /// Continues the line that the previous chunk left unfinished.
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

    /// Reads a line that lies in the chunk. `from` is the chunk from this line on.
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
            Field::Id if is_valid_id(value) => self.fields.id = Some(value),
            Field::Retry => return Ok(milliseconds(value).map(Found::Retry)),
            Field::Blank | Field::Comment | Field::Id | Field::Unknown => return Ok(None),
        }
        self.parser.size.add(line.len());
        Ok(None)
    }

    /// Ends a block at a blank line. The id takes effect, and there is an event if the block has data.
    fn end_event(&mut self) -> Option<Found> {
        match self.fields.id {
            Some(id) => self.parser.last_event_id.set(id),
            None => self.parser.last_event_id.commit(),
        }
        self.parser.size.reset();
        if self.fields.data.is_none() && !self.parser.held.has_data() {
            // Nothing is to be dropped behind a comment.
            if self.fields.name.is_some() || !self.parser.held.is_empty() {
                self.drop_block();
            }
            self.fields.id = None;
            return None;
        }
        Some(Found::Event)
    }

    /// Drops a block without data. Not inlined: it is rare.
    #[cold]
    fn drop_block(&mut self) {
        let fields = mem::take(&mut self.fields);
        let name = fields.name.unwrap_or(self.parser.held.name_and_data().0);
        if !name.is_empty() {
            self.parser.dropped_name = name.into();
        }
        self.parser.held.clear();
    }

    /// Assembles the event that has ended from its held parts and its parts in the chunk.
    fn event(&mut self) -> ParsedEvent<'_, S> {
        let Parser {
            held,
            handed_over,
            last_event_id,
            ..
        } = &mut *self.parser;
        if !handed_over.is_empty() {
            handed_over.clear();
        }
        if !held.is_empty() {
            mem::swap(held, handed_over);
        }
        let (name, data_buffer) = handed_over.name_and_data();
        let fields = mem::take(&mut self.fields);
        ParsedEvent {
            name: fields.name.unwrap_or(name),
            data: fields.data.until(self.rest),
            data_buffer,
            id: fields.id,
            last_event_id,
            search: PhantomData,
        }
    }

    /// Keeps the unfinished event and line at the end of the chunk.
    fn hold(&mut self) -> Result<(), TooLarge> {
        self.parser.handed_over.clear();
        let held = &mut self.parser.held;
        let fields = mem::take(&mut self.fields);
        if let Some(name) = fields.name {
            held.set_name(name);
        }
        if let Some(id) = fields.id {
            self.parser.last_event_id.set_buffer(id);
        }
        if !fields.data.is_none() {
            held.extend_data(|data| fields.data.append_to::<S>(data));
        }
        self.parser.hold_line(mem::take(&mut self.rest))
    }
}
