//! The memory that events take.

use std::{borrow::Cow, ops::Range, sync::Arc};

use super::*;

fn address(bytes: &[u8]) -> Range<*const u8> {
    bytes.as_ptr_range()
}

fn next_event<'a>(items: &'a mut Items<'_, Scalar>) -> ParsedEvent<'a, Scalar> {
    match items.next() {
        Some(Ok(Item::Event(event))) => event,
        _ => panic!("no event"),
    }
}

#[test]
fn the_name_and_the_data_of_an_event_within_a_chunk_are_slices_of_it() {
    let chunk = b"id: 1\nevent: a\ndata: b\n\n";
    let mut parser = parser();
    let mut items = parser.parse(chunk);
    let event = next_event(&mut items);
    let (name, data) = (event.name(), event.into_data());
    assert!(matches!(
        (&name, &data),
        (Cow::Borrowed("a"), Cow::Borrowed("b"))
    ));
    assert_eq!(address(name.as_bytes()), address(&chunk[13..14]));
    assert_eq!(address(data.as_bytes()), address(&chunk[21..22]));
}

#[test]
fn data_of_several_lines_is_borrowed_too() {
    let mut parser = parser();
    for chunks in [
        &[&b"data: a\ndata: b\n\n"[..]][..],
        &[b"data: a\n", b"data: b\n\n"],
    ] {
        for chunk in chunks {
            let mut items = parser.parse(chunk);
            while let Some(Ok(Item::Event(event))) = items.next() {
                assert!(matches!(event.into_data(), Cow::Borrowed("a\nb")));
            }
        }
    }
}

#[test]
fn events_whose_parts_are_not_read_take_no_memory() {
    let mut parser = parser();
    let mut items = parser.parse(b"event: a\ndata: b\ndata: c\n\nevent: d\ndata: \xFF\n\n: e\n");
    while items.next().is_some() {}
    assert_eq!(parser.capacity(), 0);
}

#[test]
fn a_long_comment_takes_no_memory() {
    let mut parser = parser();
    let comment = line_of(":", 100_000);
    let (content, _) = read(&mut parser, comment.chunks(7).chain([&b"\n"[..]]));
    assert_eq!(content.items, [OwnedItem::Comment]);
    assert_eq!(parser.capacity(), 0);
}

#[test]
fn events_share_the_last_event_id_until_it_changes() {
    let mut parser = parser();
    let mut ids = Vec::new();
    let stream = b"id: 1\ndata\n\ndata\n\nid: 1\ndata\n\nid: 2\ndata\n\n";
    let mut items = parser.parse(stream);
    while let Some(Ok(Item::Event(event))) = items.next() {
        ids.push(Arc::clone(event.last_event_id()));
    }
    let [first, second, third, fourth] = &ids[..] else {
        panic!("{ids:?}");
    };
    assert!(Arc::ptr_eq(first, second) && Arc::ptr_eq(first, third));
    assert_eq!((&**third, &**fourth), ("1", "2"));
    assert!(Arc::ptr_eq(fourth, parser.last_event_id()));
}

#[test]
fn a_name_is_compared_as_it_is_decoded() {
    let mut parser = parser();
    let mut items = parser.parse(b"event: \xFF\ndata\n\n");
    let event = next_event(&mut items);
    assert!(event.is_named("\u{FFFD}".as_bytes()));
    assert!(!event.is_named("\u{FF}".as_bytes()));
    assert!(!event.is_named(b"message"));
}

#[test]
fn buffers_shrink_after_a_large_event() {
    for (start, end) in [
        ("data: ", "\n\n"),
        ("event: ", "\n\n"),
        ("event: ", "\ndata\n\n"),
        ("id: ", "\nid: 1\n\n"),
        ("id: ", "\n\nid: 1\n\n"),
        ("retry: ", "\ndata\n\n"),
        ("ignored: ", "\ndata\n\n"),
    ] {
        let mut parser = parser();
        let stream = [&line_of(start, 4 << 20)[..], end.as_bytes()].concat();
        read(&mut parser, stream.chunks(1 << 16));
        assert!(parser.capacity() < 1 << 18, "{start:?} {end:?}");
    }
}

#[test]
fn many_lines_and_long_lines_are_read_whole_in_chunks_of_any_size() {
    let many = "data: a line\n".repeat(1000) + "\n";
    let long = [&line_of("data: ", 1 << 20)[..], b"\n\n"].concat();
    for size in [1, 7, 4096, usize::MAX] {
        let joined = vec!["a line"; 1000].join("\n");
        assert_eq!(
            content_of(many.as_bytes().chunks(size)).items,
            [message(&joined)]
        );
        let value = "x".repeat((1 << 20) - "data: ".len());
        assert_eq!(content_of(long.chunks(size)).items, [message(&value)]);
    }
}
