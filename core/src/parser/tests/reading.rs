//! Reads streams with the parser.

use std::{format, prelude::v1::*};

use super::{
    Item, ParsedEvent, Parser, Scalar, TooLarge,
    model::{Content, OwnedItem},
};

/// Reads chunks to their end, or until an event is too large.
pub(super) fn read<'a>(
    parser: &mut Parser,
    chunks: impl IntoIterator<Item = &'a [u8]>,
) -> (Content, Option<TooLarge>) {
    let mut items = Vec::new();
    let mut too_large = None;
    for chunk in chunks {
        let mut found = parser.parse(chunk);
        while let Some(item) = found.next() {
            assert_eq!(too_large, None, "an item after the event that is too large");
            match item {
                Ok(item) => items.push(owned_item(item)),
                Err(error) => too_large = Some(error),
            }
        }
    }
    let last_event_id = parser.last_event_id().to_string();
    let content = Content {
        items,
        last_event_id,
    };
    (content, too_large)
}

fn owned_item(item: Item<'_, Scalar>) -> OwnedItem {
    match item {
        Item::Comment => OwnedItem::Comment,
        Item::Retry(time) => OwnedItem::Retry(time),
        Item::Event(parsed) => owned_event(parsed),
    }
}

fn owned_event(parsed: ParsedEvent<'_, Scalar>) -> OwnedItem {
    let name = parsed.name().into_owned();
    assert!(parsed.is_named(name.as_bytes()));
    assert!(!parsed.is_named(format!("{name}\u{FFFD}").as_bytes()));
    OwnedItem::Event {
        name,
        last_event_id: parsed.last_event_id().to_string(),
        data: parsed.into_data().into_owned(),
    }
}

/// Cuts a stream into chunks of these sizes, which repeat. The rest is one more chunk.
pub(super) fn cut<'a>(stream: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut chunks = Vec::new();
    let mut rest = stream;
    if sizes.iter().any(|&size| size > 0) {
        for &size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (chunk, after) = rest.split_at(size.min(rest.len()));
            chunks.push(chunk);
            rest = after;
        }
    }
    chunks.push(rest);
    chunks
}
