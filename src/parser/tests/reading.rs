//! The parser, told to read.

use super::{
    Frame, Item, Parser, TooLarge,
    model::{Heard, Said},
};

/// Reads chunks to their end, or until an event is too large.
pub(super) fn read<'a>(
    parser: &mut Parser,
    chunks: impl IntoIterator<Item = &'a [u8]>,
) -> (Heard, Option<TooLarge>) {
    let mut items = Vec::new();
    let mut too_large = None;
    for chunk in chunks {
        let mut found = parser.parse(chunk);
        while let Some(item) = found.next() {
            assert_eq!(too_large, None, "nothing follows");
            match item {
                Ok(item) => items.push(said(item)),
                Err(error) => too_large = Some(error),
            }
        }
    }
    let last_event_id = parser.last_event_id().to_string();
    let heard = Heard {
        items,
        last_event_id,
    };
    (heard, too_large)
}

fn said(item: Item<'_>) -> Said {
    match item {
        Item::Comment => Said::Comment,
        Item::Retry(time) => Said::Retry(time),
        Item::Event(frame) => event(frame),
    }
}

fn event(frame: Frame<'_>) -> Said {
    let name = frame.name().into_owned();
    assert!(frame.is_named(name.as_bytes()));
    assert!(!frame.is_named(format!("{name}\u{FFFD}").as_bytes()));
    Said::Event {
        name,
        last_event_id: frame.last_event_id().to_string(),
        data: frame.into_data().into_owned(),
    }
}

/// Cuts a stream into chunks of these sizes, which come round again; what they do not take is one more.
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
