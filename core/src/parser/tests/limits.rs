//! The limit on the size of an event, and the memory that the parser keeps for events of any size.

use super::*;

const LIMIT: usize = 1000;

/// Reads a stream with the limit, in chunks of many sizes. The content has to be the same each time.
fn read_limited(stream: &[u8]) -> (Content, Option<TooLarge>) {
    let read_in = |size| read(&mut Parser::new("".into(), LIMIT), stream.chunks(size));
    let whole = read_in(usize::MAX);
    for size in [1, 2, 3, 5, 64, LIMIT - 1, LIMIT, LIMIT + 1] {
        assert_eq!(whole, read_in(size), "in chunks of {size}");
    }
    whole
}

fn is_too_large(stream: &[u8]) -> bool {
    let (_, too_large) = read_limited(stream);
    too_large.is_some_and(|error| error == TooLarge { limit: LIMIT })
}

#[test]
fn a_line_of_any_field_may_be_as_long_as_the_limit_and_no_longer() {
    for start in [
        "data: ", "data", "event: ", "id: ", "retry: ", "no field", "",
    ] {
        for end in ["", "\n", "\r\n"] {
            let stream = |len| [&line_of(start, len)[..], end.as_bytes()].concat();
            assert!(!is_too_large(&stream(LIMIT)), "{start:?} {end:?}");
            assert!(is_too_large(&stream(LIMIT + 1)), "{start:?} {end:?}");
        }
    }
}

#[test]
fn the_lines_of_an_event_count_together() {
    // The line ends do not count.
    let other_lines = "event: a".len() + "id: b".len();
    let stream = |len| [b"event: a\nid: b\n", &line_of("data: ", len)[..], b"\n\n"].concat();
    assert!(!is_too_large(&stream(LIMIT - other_lines)));
    assert!(is_too_large(&stream(LIMIT - other_lines + 1)));
}

#[test]
fn the_limit_holds_for_each_block_separately() {
    let event = [&line_of("data: ", LIMIT)[..], b"\n\n"].concat();
    let without_data = [&line_of("event: ", LIMIT)[..], b"\n\n"].concat();
    let stream = [event.as_slice(), &without_data, &event, &without_data].concat();
    let (content, too_large) = read_limited(&stream);
    assert_eq!((content.items.len(), too_large), (2, None));
}

#[test]
fn comments_and_ignored_fields_do_not_count_for_the_size_of_an_event() {
    let comment = [&line_of(":", 10 * LIMIT)[..], b"\n"].concat();
    let ignored = [
        &line_of("ignored: ", LIMIT - 100)[..],
        b"\nretry: 1\nid: \0\n",
    ]
    .concat();
    let stream = [
        b"data: a\n",
        &comment[..],
        &ignored,
        &ignored,
        b"data: b\n\n",
    ]
    .concat();
    let (content, too_large) = read_limited(&stream);
    assert_eq!(content.items.last(), Some(&message("a\nb")));
    assert_eq!(too_large, None);
}

#[test]
fn events_before_one_that_is_too_large_are_returned_and_none_after_it() {
    let large = line_of("data: ", LIMIT + 1);
    let stream = [b"id: 1\ndata: a\n\nid: 2\n", &large[..], b"\n\ndata: b\n\n"].concat();
    let (content, too_large) = read_limited(&stream);
    assert_eq!(content.items, [event_with_id("message", "a", "1")]);
    assert_eq!(content.last_event_id, "1");
    assert!(too_large.is_some());
}

#[test]
fn no_memory_is_kept_after_an_event_that_is_too_large() {
    let mut parser = Parser::new("".into(), LIMIT);
    let large = line_of("data: c", LIMIT + 1);
    let rest = [b" b\n\nevent: c\nid: 1\n", &large[..]].concat();
    let (content, too_large) = read(&mut parser, [b"event: a\ndata:", &rest[..]]);
    assert_eq!(content.items, [event("a", "b")]);
    assert!(too_large.is_some());
    assert_eq!(parser.capacity(), 0);
}

#[test]
fn a_byte_order_mark_does_not_count() {
    let stream = [b"\xEF\xBB\xBF", &line_of("data: ", LIMIT)[..], b"\n\n"].concat();
    assert!(!is_too_large(&stream));
    // A part of a byte order mark counts, since it belongs to a line.
    assert!(!is_too_large(
        &[b"\xEF\xBB", &line_of("", LIMIT - 2)[..]].concat()
    ));
    assert!(is_too_large(
        &[b"\xEF\xBB", &line_of("", LIMIT - 1)[..]].concat()
    ));
}

#[test]
fn a_parser_with_a_limit_of_zero_returns_only_comments() {
    let mut parser = Parser::new("".into(), 0);
    let (content, too_large) = read(&mut parser, [&b"\xEF\xBB\xBF: a\n\n:\n\r\ndata\n\n:\n"[..]]);
    assert_eq!(content.items, [OwnedItem::Comment, OwnedItem::Comment]);
    assert_eq!(too_large, Some(TooLarge { limit: 0 }));
}

#[test]
fn a_line_or_an_event_without_end_takes_bounded_memory() {
    const LIMIT: usize = 1 << 20;
    for (start, repeated) in [
        ("", "no colon"),
        ("data: ", "a"),
        ("event: ", "a"),
        ("id: ", "a"),
        ("", "data\n"),
        ("", "event: a\n"),
        ("", "id: a\n"),
        ("", "data: a\n: b\nc: d\n"),
    ] {
        let mut parser = Parser::new("".into(), LIMIT);
        let chunk = repeated.repeat(1000);
        let mut too_large = read(&mut parser, [start.as_bytes()]).1;
        for _ in 0..LIMIT {
            if too_large.is_some() {
                break;
            }
            too_large = read(&mut parser, [chunk.as_bytes()]).1;
            // A vector doubles its capacity.
            assert!(
                parser.capacity() <= 2 * LIMIT + chunk.len(),
                "{start:?} {repeated:?}"
            );
        }
        assert_eq!(too_large, Some(TooLarge { limit: LIMIT }));
        assert_eq!(parser.capacity(), 0, "{start:?} {repeated:?}");
    }
}
