//! Tests of the parser: the standard's examples, each of its rules, and random streams in random chunks, compared with a
//! [`model`] of the standard's text.

mod boundaries;
mod chunk_slices;
mod limits;
mod memory;
mod model;
mod properties;
mod reading;
mod rules;
mod standard;
mod unfinished;

use std::{
    borrow::ToOwned,
    format, iter,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use self::{
    model::{Content, OwnedItem},
    reading::{cut, read},
};
use super::{Item, Items, ParsedEvent, Parser, Scalar, TooLarge};
use crate::Span;

const UNLIMITED: usize = usize::MAX;

fn parser() -> Parser {
    Parser::new("".into(), UNLIMITED)
}

fn content_of<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Content {
    let (content, too_large) = read(&mut parser(), chunks);
    assert_eq!(too_large, None);
    content
}

/// Reads a stream whole, cut in two at every byte, and byte by byte. Each time the content has to be that of the model.
fn content_however_cut(stream: impl AsRef<[u8]>) -> Content {
    let stream = stream.as_ref();
    let whole = content_of([stream]);
    assert_eq!(whole, model::read(stream), "the model");
    assert_eq!(whole, content_of(stream.chunks(1)), "byte by byte");
    for at in 0..=stream.len() {
        let (before, after) = stream.split_at(at);
        assert_eq!(whole, content_of([before, after]), "cut at {at}");
        assert_eq!(
            whole,
            content_of([before, b"", after]),
            "empty chunk at {at}"
        );
    }
    whole
}

/// The items of a stream, which have to be the same wherever it is cut.
fn items_of(stream: impl AsRef<[u8]>) -> Vec<OwnedItem> {
    content_however_cut(stream).items
}

fn event(name: &str, data: &str) -> OwnedItem {
    event_with_id(name, data, "")
}

fn message(data: &str) -> OwnedItem {
    event("message", data)
}

fn event_with_id(name: &str, data: &str, last_event_id: &str) -> OwnedItem {
    OwnedItem::Event {
        name: name.to_owned(),
        data: data.to_owned(),
        last_event_id: last_event_id.to_owned(),
    }
}

fn retry(milliseconds: u64) -> OwnedItem {
    OwnedItem::Retry(Span::from_millis(milliseconds))
}

/// A line of this length without its line end: the start, and then `x`.
fn line_of(start: &str, len: usize) -> Vec<u8> {
    let filling = iter::repeat_n(b'x', len - start.len());
    start.bytes().chain(filling).collect()
}
