//! The unfinished event at the end of a stream.

use proptest::prelude::*;

use super::*;

/// The name and the data of the unfinished event after these chunks.
fn unfinished<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Option<(String, String)> {
    let mut parser: Parser = Parser::new(Vec::new(), 1024);
    for chunk in chunks {
        let mut items = parser.parse(chunk);
        while items.next().is_some() {}
    }
    let event = parser.unfinished()?;
    Some((event.name().into_owned(), event.data().into_owned()))
}

/// Checks the unfinished event of a stream, both in one chunk and byte by byte.
#[track_caller]
fn assert_unfinished(stream: &str, expected: Option<(&str, &str)>) {
    let expected = expected.map(|(name, data)| (name.to_owned(), data.to_owned()));
    assert_eq!(unfinished([stream.as_bytes()]), expected, "{stream:?}");
    assert_eq!(
        unfinished(stream.as_bytes().chunks(1)),
        expected,
        "{stream:?}"
    );
}

#[test]
fn a_stream_that_ends_between_events_leaves_nothing_unfinished() {
    for stream in [
        "",
        "\u{FEFF}",
        "data: 1\n\n",
        "data: 1\r\r",
        "data: 1\r\n\r\n",
        "data: 1\n\n: a comment\n",
        "data: 1\n\n: a comment that is cut",
        "data: 1\n\nid: 7\n",
        "retry: 5\n",
        "something: else\n",
    ] {
        assert_unfinished(stream, None);
    }
}

#[test]
fn an_event_without_a_blank_line_is_unfinished() {
    for (stream, name, data) in [
        ("data: 1\n", "message", "1"),
        ("data: 1\r", "message", "1"),
        ("data: 1\ndata: 2\n: a comment", "message", "1\n2"),
        (
            "data: 0\n\nevent: end\ndata: {\"a\"\nid: 7\n",
            "end",
            "{\"a\"",
        ),
        ("event: end\n", "end", ""),
        ("data\n", "message", ""),
    ] {
        assert_unfinished(stream, Some((name, data)));
    }
}

#[test]
fn a_line_that_is_cut_counts_up_to_the_cut() {
    for (stream, name, data) in [
        ("data: [DONE]", "message", "[DONE]"),
        ("event: token\ndata: Hel", "token", "Hel"),
        ("data: 1\nevent: tok", "tok", "1"),
        ("data: 1\ndata: 2", "message", "1\n2"),
        ("data: 1\nid: 7", "message", "1"),
        ("dat", "message", ""),
    ] {
        assert_unfinished(stream, Some((name, data)));
    }
}

#[test]
fn an_unfinished_event_is_decoded_as_the_standard_says() {
    let stream: &[u8] = b"event: \xFF\ndata: caf\xC3";
    let expected = ("\u{FFFD}".to_owned(), "caf\u{FFFD}".to_owned());
    assert_eq!(unfinished([stream]), Some(expected));
}

#[test]
fn a_stream_with_too_large_an_event_leaves_nothing_unfinished() {
    let line = format!("data: {}", "x".repeat(2000));
    assert_eq!(unfinished([line.as_bytes()]), None);
}

proptest! {
    #[test]
    fn a_cut_event_is_a_part_of_the_whole_one(text in "[a-z :]{1,20}", cut in 0usize..30, size in 1usize..5) {
        let whole = format!("event: end\ndata: {text}\n\n");
        let cut = cut.min(whole.len());
        let is_whole = cut == whole.len();
        match unfinished(whole.as_bytes()[..cut].chunks(size)) {
            None => prop_assert!(is_whole || cut == 0),
            Some((name, data)) => {
                prop_assert!(!is_whole);
                prop_assert!("end".starts_with(&name) || name == "message");
                prop_assert!(text.starts_with(&data) || text.trim_start_matches(' ').starts_with(&data));
            }
        }
    }
}

#[test]
fn a_stream_is_between_events_before_the_first_byte_of_the_next() {
    let is_between = |stream: &str| {
        let mut parser = parser();
        let mut items = parser.parse(stream.as_bytes());
        while items.next().is_some() {}
        parser.is_between_events()
    };
    for end in ["", ": hi\n", "\n", "\r", "id: 2\n\n", "retry: 1\n\n"] {
        assert!(is_between(&format!("data: 1\r\n\r\n{end}")), "{end:?}");
    }
    assert!(is_between("\u{FEFF}"));
    for end in ["d", ": h", "id: 2\n", "event: a\n", "data\n"] {
        assert!(!is_between(&format!("data: 1\n\n{end}")), "{end:?}");
    }
    let mut parser = parser();
    assert!(parser.parse(&"\u{FEFF}".as_bytes()[..2]).next().is_none());
    assert!(!parser.is_between_events());
}
