//! The chunk that an item comes with, and events and line ends that are cut by the boundary of two chunks.

use super::*;

#[test]
fn a_cr_at_the_end_of_a_chunk_ends_a_line_at_once() {
    let mut parser = parser();
    let (first, _) = read(&mut parser, [&b"data: a\r\r"[..]]);
    assert_eq!(first.items, [message("a")]);
    let (second, _) = read(
        &mut parser,
        [&b"\ndata: b\r\n"[..], b"\r", b"", b"\ndata: c\n\n"],
    );
    assert_eq!(second.items, [message("b"), message("c")]);
}

#[test]
fn the_first_lf_after_a_cr_belongs_to_it_and_the_second_ends_a_line() {
    assert_eq!(
        content_of([&b"data: a\r"[..], b"\n\n"]).items,
        [message("a")]
    );
    assert_eq!(
        content_of([&b"data: a\r"[..], b"\n", b"\n"]).items,
        [message("a")]
    );
    assert_eq!(content_of([&b"data: a\r"[..], b"\n"]).items, []);
}

#[test]
fn an_event_comes_with_the_chunk_that_has_its_blank_line() {
    let mut parser = parser();
    let (first, _) = read(&mut parser, [&b"id: 1\nevent: a\ndata: b\nda"[..]]);
    assert_eq!(first.items, []);
    assert_eq!(first.last_event_id, "");
    let (second, _) = read(&mut parser, [&b"ta: c\n\ndata: d\n\n"[..]]);
    assert_eq!(
        second.items,
        [
            event_with_id("a", "b\nc", "1"),
            event_with_id("message", "d", "1")
        ]
    );
}

#[test]
fn a_later_event_field_replaces_the_name_in_an_earlier_chunk() {
    assert_eq!(
        content_of([&b"event: a\ndata: b\n"[..], b"event: c\n", b"event: d\n\n"]).items,
        [event("d", "b")]
    );
    assert_eq!(
        content_of([&b"event: a\ndata: b\n"[..], b"event\n\n"]).items,
        [message("b")]
    );
}

#[test]
fn items_that_are_at_their_end_return_none_again() {
    let mut parser = parser();
    let mut items = parser.parse(b"data: a\nda");
    assert!(items.next().is_none());
    assert!(items.next().is_none());
    let (content, _) = read(&mut parser, [&b"ta: b\n\n"[..]]);
    assert_eq!(content.items, [message("a\nb")]);
}
