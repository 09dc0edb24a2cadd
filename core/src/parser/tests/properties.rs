//! Properties of random streams in random chunks.

use std::ops::Range;

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::parser::LineSearch;

/// A stream that is mostly well formed, with many malformed parts.
fn any_stream(lines: Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    let line = (any_field_name(), any_colon(), any_value(), any_line_end());
    let line = line
        .prop_map(|(name, colon, value, end)| [name, colon.to_vec(), value, end.to_vec()].concat());
    let start = select(vec![
        &b""[..],
        b"\xEF\xBB\xBF",
        b"\xEF\xBB",
        b"\xEF",
        b"\xEF\xBB\xBF\xEF\xBB\xBF",
    ]);
    (start, vec(line, lines)).prop_map(|(start, lines)| [start.to_vec(), lines.concat()].concat())
}

fn any_field_name() -> impl Strategy<Value = Vec<u8>> {
    let known = select(vec![&b"data"[..], b"event", b"id", b"retry", b""]);
    let near = select(vec![
        &b"dat"[..],
        b"dataa",
        b"Data",
        b"even",
        b"i",
        b"idd",
        b"retryy",
        b" data",
        b"\0",
        b"\xEF\xBB\xBF",
    ]);
    prop_oneof![
        12 => known.prop_map(<[u8]>::to_vec),
        1 => near.prop_map(<[u8]>::to_vec),
        1 => any_bytes(),
    ]
}

fn any_colon() -> impl Strategy<Value = &'static [u8]> {
    prop_oneof![6 => Just(&b": "[..]), 3 => Just(&b":"[..]), 1 => Just(&b":  "[..]), 1 => Just(&b""[..]), 1 => Just(&b"::"[..])]
}

fn any_value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => "[a-z0-9 :]{0,12}".prop_map(String::into_bytes),
        2 => "[0-9]{0,25}".prop_map(String::into_bytes),
        2 => "[\u{e9}\u{20AC}\u{1F600}\u{FEFF}\u{FFFD}]{0,4}".prop_map(String::into_bytes),
        1 => "[a\0]{0,3}".prop_map(String::into_bytes),
        1 => "x{100,300}".prop_map(String::into_bytes),
        2 => any_bytes(),
    ]
}

fn any_line_end() -> impl Strategy<Value = &'static [u8]> {
    let double = select(vec![
        &b"\n\n"[..],
        b"\r\r",
        b"\r\n\r\n",
        b"\n\r",
        b"\r\n\n",
        b"\r\n\r",
    ]);
    let single = select(vec![&b"\n"[..], b"\r", b"\r\n"]);
    prop_oneof![6 => single, 4 => double, 1 => Just(&b""[..])]
}

/// Parts of characters, and any other bytes.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let part =
        select(b"\xEF\xBB\xBF\xF0\x9F\x98\x80\xE2\x82\xAC\xC3\xA9\xC0\xED\xA0\xFF\r\n:a".to_vec());
    prop_oneof![vec(part, 0..8), vec(any::<u8>(), 0..8)]
}

fn any_sizes() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![vec(0usize..6, 1..8), vec(0usize..200, 1..4)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_stream_parses_as_the_standard_says(stream in any_stream(0..24), sizes in any_sizes()) {
        let expected = model::read(&stream);
        prop_assert_eq!(&content_of([&stream[..]]), &expected);
        prop_assert_eq!(&content_of(cut(&stream, &sizes)), &expected);
        prop_assert_eq!(&content_of(stream.chunks(1)), &expected);
    }

    #[test]
    fn any_bytes_parse_as_the_standard_says(stream in vec(any_bytes(), 0..20), sizes in any_sizes()) {
        let stream = stream.concat();
        prop_assert_eq!(content_of(cut(&stream, &sizes)), model::read(&stream));
    }

    #[test]
    fn a_limit_holds_wherever_a_stream_is_cut(
        stream in any_stream(0..24),
        sizes in any_sizes(),
        limit in 0usize..100,
    ) {
        let read_in = |chunks: Vec<&[u8]>| {
            let mut parser = Parser::new("".into(), limit);
            let read = read(&mut parser, chunks);
            (read, parser.capacity())
        };
        let (whole, _) = read_in(vec![&stream]);
        let (in_chunks, capacity) = read_in(cut(&stream, &sizes));
        prop_assert_eq!(&in_chunks, &whole);
        prop_assert!(capacity <= 16 * limit.max(8), "{}", capacity);
        let expected = model::read(&stream);
        if whole.1.is_none() {
            prop_assert_eq!(whole.0, expected);
        } else {
            prop_assert!(expected.items.starts_with(&whole.0.items));
        }
    }

    #[test]
    fn a_line_ends_at_the_first_lf_or_cr(bytes in vec(prop_oneof![8 => any::<u8>(), 1 => 8u8..16], 0..40)) {
        let first = bytes.iter().position(|byte| b"\n\r".contains(byte));
        prop_assert_eq!(Scalar::find_line_end(&bytes), first);
    }

    #[test]
    fn a_stream_cut_at_any_byte_is_the_same_stream(stream in any_stream(0..4)) {
        content_however_cut(stream);
    }
}
