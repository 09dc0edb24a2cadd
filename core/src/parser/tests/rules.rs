//! The rules of the standard, each in a test. They hold wherever the stream is cut.

use super::*;

#[test]
fn an_event_has_its_own_id_only_if_its_block_has_a_valid_id_field() {
    let stream =
        "id: 1\ndata\n\ndata\n\nid: 1\ndata\n\nid\ndata\n\nid: 2\n\ndata\n\nid: a\0\ndata\n\n";
    for size in 1..=stream.len() {
        let (mut parser, mut have_own_id) = (parser(), vec![]);
        for chunk in stream.as_bytes().chunks(size) {
            let mut items = parser.parse(chunk);
            while let Some(item) = items.next() {
                if let Ok(Item::Event(event)) = item {
                    have_own_id.push(event.has_own_id());
                }
            }
        }
        assert_eq!(
            have_own_id,
            [true, false, true, true, false, false],
            "in chunks of {size}"
        );
    }
}

#[test]
fn a_line_ends_with_lf_cr_or_crlf_in_any_mix() {
    for [a, b, c] in [
        ["\n", "\n", "\n"],
        ["\r", "\r", "\r"],
        ["\r\n", "\r\n", "\r\n"],
        ["\n", "\r", "\n"],
        ["\r\n", "\n", "\r"],
        ["\r", "\r\n", "\r\n"],
        ["\n", "\r\n", "\r"],
    ] {
        let stream = format!("event: a{a}data: b{b}data: c{c}{a}");
        // A CR and the LF after it are one line end.
        let expected = if (c, a) == ("\r", "\n") {
            vec![]
        } else {
            vec![event("a", "b\nc")]
        };
        assert_eq!(items_of(&stream), expected, "{stream:?}");
    }
}

#[test]
fn a_blank_line_without_data_dispatches_nothing() {
    assert_eq!(items_of("\n\n\r\r\r\n\r\n"), []);
}

#[test]
fn one_byte_order_mark_is_skipped_only_at_the_start() {
    assert_eq!(items_of("\u{FEFF}data: a\n\n"), [message("a")]);
    assert_eq!(items_of("\u{FEFF}: a\n"), [OwnedItem::Comment]);
    assert_eq!(items_of("\u{FEFF}\n\u{FEFF}data: a\n\n"), []);
    assert_eq!(items_of("\u{FEFF}\u{FEFF}data: a\n\n"), []);
    assert_eq!(items_of("data: \u{FEFF}a\n\n"), [message("\u{FEFF}a")]);
}

#[test]
fn a_part_of_a_byte_order_mark_is_not_skipped() {
    assert_eq!(items_of(b"\xEF\xBBdata: a\n\n"), []);
    assert_eq!(items_of(b"\xEF: a\n\n"), []);
    assert_eq!(
        items_of(b"\xEF\xBB\n\xBFdata: a\ndata: b\n\n"),
        [message("b")]
    );
    assert_eq!(items_of(b"\xEF\xBB"), []);
}

#[test]
fn a_field_without_a_colon_has_an_empty_value() {
    assert_eq!(items_of("event\ndata\n\n"), [message("")]);
    assert_eq!(items_of("event: a\nevent\ndata\n\n"), [message("")]);
}

#[test]
fn one_leading_space_is_removed_and_no_other() {
    assert_eq!(
        items_of("event:  a \ndata:  b \ndata: \ndata:\tc\n\n"),
        [event(" a ", " b \n\n\tc")]
    );
}

#[test]
fn a_value_may_have_colons() {
    assert_eq!(
        items_of("event: :\ndata:: a: b\n\n"),
        [event(":", ": a: b")]
    );
}

#[test]
fn a_comment_is_an_item_at_the_end_of_its_line() {
    assert_eq!(
        items_of(":\ndata: a\n: data: b\ndata: c\n\n:\r\n"),
        [
            OwnedItem::Comment,
            OwnedItem::Comment,
            message("a\nc"),
            OwnedItem::Comment
        ]
    );
    assert_eq!(items_of("data: a\n\n: unfinished"), [message("a")]);
}

#[test]
fn an_unknown_field_is_ignored() {
    let stream = "dat: a\ndataa: b\n data: c\nDATA: d\nEvent: e\nidd\nretryy: 1\n\u{e9}: f\n\0\n\n";
    assert_eq!(items_of(stream), []);
}

#[test]
fn the_last_name_in_a_block_is_that_of_its_event() {
    assert_eq!(
        items_of("event: a\nevent: b\ndata: c\n\ndata: d\n\n"),
        [event("b", "c"), message("d")]
    );
}

#[test]
fn the_name_of_a_block_without_data_is_not_that_of_the_next_event() {
    assert_eq!(items_of("event: a\n\ndata: b\n\n"), [message("b")]);
}

#[test]
fn an_id_stays_until_another_event_has_one() {
    assert_eq!(
        items_of("id: 1\ndata: a\n\ndata: b\n\ndata: c\nid: 2\n\n"),
        [
            event_with_id("message", "a", "1"),
            event_with_id("message", "b", "1"),
            event_with_id("message", "c", "2"),
        ]
    );
}

#[test]
fn an_id_with_a_null_is_ignored() {
    assert_eq!(
        items_of("id: 1\nid: 2\0\ndata: a\n\nid:\0\n\n"),
        [event_with_id("message", "a", "1")]
    );
    assert_eq!(content_however_cut("id: 1\n\nid:\0\n\n").last_event_id, "1");
}

#[test]
fn an_empty_id_resets_the_last_event_id() {
    assert_eq!(content_however_cut("id: 1\n\nid\n\n").last_event_id, "");
    assert_eq!(content_however_cut("id: 1\n\nid: \n\n").last_event_id, "");
}

#[test]
fn the_last_event_id_changes_at_the_blank_line_even_without_data() {
    assert_eq!(content_however_cut("id: 1\n\n").last_event_id, "1");
}

#[test]
fn a_pending_id_is_not_the_last_event_id() {
    assert_eq!(
        content_however_cut("id: 1\n\nid: 2\ndata: a\n").last_event_id,
        "1"
    );
    assert_eq!(content_however_cut("id: 1\n\nid: 2").last_event_id, "1");
}

#[test]
fn a_stream_starts_with_the_last_event_id_of_the_previous_one() {
    let stream: &[u8] = b"data: a\n\nid\ndata: b\n\n";
    let (content, _) = read(&mut Parser::new("7".into(), UNLIMITED), [stream]);
    let expected = [
        event_with_id("message", "a", "7"),
        event_with_id("message", "b", ""),
    ];
    assert_eq!(content.items, expected);
    let fresh: Parser = Parser::new("7".into(), UNLIMITED);
    assert_eq!(&**fresh.last_event_id(), "7");
}

#[test]
fn a_retry_field_takes_effect_at_once() {
    assert_eq!(
        items_of("data: a\nretry: 250\ndata: b\n\nretry:0010\n"),
        [retry(250), message("a\nb"), retry(10)]
    );
}

#[test]
fn a_retry_field_takes_only_ascii_digits() {
    let stream = "retry\nretry:\nretry: -1\nretry: +1\nretry: 1.5\nretry: 1e3\nretry:  1\nretry: 1 \nretry: \u{0663}\nretry: 1\0\n";
    assert_eq!(items_of(stream), []);
}

#[test]
fn a_huge_retry_saturates() {
    let longest = u64::MAX.to_string();
    let longer = format!("{longest}0");
    let digits = "9".repeat(1000);
    assert_eq!(
        items_of(format!(
            "retry: {longest}\nretry: {longer}\nretry: {digits}\n"
        )),
        [retry(u64::MAX), retry(u64::MAX), retry(u64::MAX)]
    );
}

#[test]
fn an_unfinished_event_at_the_end_is_discarded() {
    for stream in [
        "data: a",
        "data: a\n",
        "data: a\nevent: b\r\n",
        "retry: 1",
        ": a",
    ] {
        assert_eq!(items_of(stream), [], "{stream:?}");
    }
}

#[test]
fn characters_of_many_bytes_stay_whole() {
    assert_eq!(
        items_of(
            "event: \u{1F600}\ndata: \u{e9}\u{20AC}\u{1F600}\ndata: \u{1F600}\nid: \u{20AC}\n\n"
        ),
        [event_with_id(
            "\u{1F600}",
            "\u{e9}\u{20AC}\u{1F600}\n\u{1F600}",
            "\u{20AC}"
        )]
    );
}

#[test]
fn invalid_utf8_is_replaced_as_in_the_encoding_standard() {
    assert_eq!(
        items_of(b"event: \xFF\ndata: \xF0\x9F\x98\ndata: \xC0\x80\xE2\x82\nid: \xED\xA0\x80\n\n"),
        [event_with_id(
            "\u{FFFD}",
            "\u{FFFD}\n\u{FFFD}\u{FFFD}\u{FFFD}",
            "\u{FFFD}\u{FFFD}\u{FFFD}"
        )]
    );
    assert_eq!(items_of(b"data\xFF: a\n\xFFdata: b\n\n"), []);
}

#[test]
fn a_null_is_an_ordinary_character_except_in_an_id() {
    assert_eq!(items_of("event: \0\ndata: a\0b\n\n"), [event("\0", "a\0b")]);
}

#[test]
fn the_parser_keeps_the_name_of_the_last_block_if_it_has_no_data() {
    for (text, name) in [
        ("event: done\n\n", "done"),
        ("event: done\nid: 1\n\ndata: 1\n\n", "done"),
        ("event: done\n", ""),
        ("event: done\ndata\n\n", ""),
        (": comment\n\n\n", ""),
    ] {
        for cut in 0..=text.len() {
            let mut parser = Parser::<Scalar>::new(Vec::new(), usize::MAX);
            let (first, second) = text.as_bytes().split_at(cut);
            for chunk in [first, second] {
                let mut items = parser.parse(chunk);
                while items.next().is_some() {}
            }
            assert_eq!(
                parser.dropped_name(),
                name.as_bytes(),
                "{text:?} cut at {cut}"
            );
        }
    }
}
