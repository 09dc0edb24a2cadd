//! What JavaScript makes of an event, beside what the parser itself says of it.

use std::ops::Range;

use proptest::{collection::vec as any_vec, prelude::*, sample::select};

use super::*;

const UNLIMITED: usize = usize::MAX;

/// Name, data and id of an event.
type Event = (String, String, String);

/// The names that are listened to in these tests; streams have others too.
const NAMES: [&str; 3] = ["message", "é", "price"];

/// Reads as JavaScript does: slices of the text where it lies there, what is aside asked for.
struct Page {
    parser: Parser,
    numbers: Vec<(usize, String)>,
    id: String,
}

impl Page {
    fn new(id: &str) -> Self {
        let mut parser = Parser::new(id.to_owned(), UNLIMITED);
        let numbers = NAMES.map(|name| (parser.listen(name.to_owned()), name.to_owned()));
        Self {
            parser,
            numbers: numbers.to_vec(),
            id: id.to_owned(),
        }
    }

    fn read(&mut self, chunk: &[u8]) -> Vec<Event> {
        self.parser.push(chunk.to_vec());
        let [start, end] = [0, 1].map(|index| self.parser.told.record[index] as usize);
        // Lossy, as JavaScript's own decoder is: the same text would come out of it.
        let text: Vec<u16> = String::from_utf8_lossy(&chunk[start..end])
            .encode_utf16()
            .collect();
        let slice = |range: Range<u32>| {
            String::from_utf16(&text[range.start as usize..range.end as usize])
                .expect("no surrogate pair is cut")
        };
        let mut events = vec![];
        loop {
            let number = self.parser.next();
            let Some((_, name)) = self.numbers.iter().find(|(known, _)| *known == number) else {
                assert_eq!(number, 0);
                return events;
            };
            let [_, _, data_start, data_end, id_start, id_end] = self.parser.told.record;
            match id_start {
                UNCHANGED => {}
                ASIDE => self.id = self.parser.last_event_id(),
                _ => self.id = slice(id_start..id_end),
            }
            let data = match data_start {
                ASIDE => self.parser.take_data(),
                _ => slice(data_start..data_end),
            };
            events.push((name.clone(), data, self.id.clone()));
        }
    }
}

/// What the parser itself says.
fn expected(id: &str, chunks: &[&[u8]]) -> Vec<Event> {
    let mut parser = parser::Parser::new(id.into(), UNLIMITED);
    let mut events = vec![];
    for chunk in chunks {
        let mut items = parser.parse(chunk);
        while let Some(item) = items.next() {
            if let Ok(Item::Event(frame)) = item {
                let (name, id) = (frame.name().into_owned(), frame.last_event_id().to_string());
                if NAMES.contains(&name.as_str()) {
                    events.push((name, frame.into_data().into_owned(), id));
                }
            }
        }
    }
    events
}

fn cut<'a>(stream: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut chunks = vec![];
    let mut rest = stream;
    for &size in sizes.iter().cycle() {
        let (chunk, after) = rest.split_at(size.min(rest.len()));
        chunks.push(chunk);
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    chunks
}

fn any_text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => "[a-z0-9 :]{0,12}".prop_map(String::into_bytes),
        6 => "[a\u{e9}\u{20AC}\u{1F600}\u{FEFF}\u{FFFD}]{0,6}".prop_map(String::into_bytes),
        1 => "[a\0]{0,3}".prop_map(String::into_bytes),
        1 => any_vec(any::<u8>(), 0..6),
    ]
}

fn any_line() -> impl Strategy<Value = Vec<u8>> {
    let name = select(NAMES.map(str::as_bytes).map(<[u8]>::to_vec).to_vec());
    let start = |field: &'static str| move |value: Vec<u8>| [field.as_bytes(), &value].concat();
    prop_oneof![
        4 => any_text().prop_map(start("data: ")),
        1 => any_text().prop_map(start("data:")),
        1 => Just(b"data".to_vec()),
        2 => any_text().prop_map(start("id: ")),
        1 => Just(b"id".to_vec()),
        2 => name.prop_map(start("event: ")),
        1 => any_text().prop_map(start("event: ")),
        1 => any_text().prop_map(start(":")),
        4 => Just(vec![]),
    ]
}

fn any_stream() -> impl Strategy<Value = Vec<u8>> {
    let end = select(vec![&b"\n"[..], b"\r\n", b"\r"]);
    let line = (any_line(), end).prop_map(|(line, end)| [&line[..], end].concat());
    let start = select(vec![&b""[..], b"\xEF\xBB\xBF"]);
    (start, any_vec(line, 0..40))
        .prop_map(|(start, lines)| [start, &lines.concat(), b"\n\n"].concat())
}

proptest! {
    #[test]
    fn events_are_told_as_the_parser_has_them(
        stream in any_stream(),
        sizes in any_vec(1_usize..40, 1..6),
        whole in any::<bool>(),
        id in select(vec!["", "é"]),
    ) {
        let chunks = if whole { vec![&stream[..]] } else { cut(&stream, &sizes) };
        let mut page = Page::new(id);
        let told: Vec<_> = chunks.iter().flat_map(|chunk| page.read(chunk)).collect();
        prop_assert_eq!(told, expected(id, &chunks));
    }

    #[test]
    fn a_number_is_that_of_its_name_until_it_is_given_back(steps in any_vec((0_usize..12, any::<bool>()), 0..60)) {
        let mut parser = Parser::new(String::new(), UNLIMITED);
        let mut numbers = vec![None; 12];
        for (index, listens) in steps {
            let number = &mut numbers[index];
            match *number {
                None if listens => *number = Some(parser.listen(format!("name{index}"))),
                Some(known) if !listens => {
                    parser.unlisten(known);
                    *number = None;
                }
                _ => {}
            }
        }
        let text: String = (0..12).map(|index| format!("event: name{index}\ndata: {index}\n\n")).collect();
        parser.push(text.into_bytes());
        for number in numbers.into_iter().flatten() {
            prop_assert_eq!(parser.next(), number);
        }
        prop_assert_eq!(parser.next(), 0);
    }
}

#[test]
fn what_lies_in_the_text_is_a_slice_of_it() {
    let mut parser = Parser::new(String::new(), UNLIMITED);
    parser.listen("message".into());
    parser.push("é\nid: é\ndata: 😀x\n\ndata: y\n\n".as_bytes()[1..].to_vec());
    assert_eq!(parser.next(), 1);
    assert_eq!(parser.told.record, [1, 31, 13, 16, 5, 6]);
    assert_eq!(parser.next(), 1);
    assert_eq!(parser.told.record[2..5], [24, 25, UNCHANGED]);
}

#[test]
fn numbers_that_nobody_has_are_given_back_in_vain() {
    let mut parser = Parser::new(String::new(), UNLIMITED);
    for number in [0, 1, usize::MAX] {
        parser.unlisten(number);
    }
    assert_eq!(
        [parser.listen("a".into()), parser.listen("b".into())],
        [1, 2]
    );
    parser.unlisten(1);
    parser.unlisten(1);
    assert_eq!(parser.listen("c".into()), 1);
}

#[test]
fn a_name_is_listened_to_from_the_next_event_on() {
    let mut parser = Parser::new(String::new(), UNLIMITED);
    let first = parser.listen("a".into());
    parser.push(b"event: a\ndata: 1\n\nevent: b\ndata: 2\n\nevent: a\ndata: 3\n\n".to_vec());
    assert_eq!(parser.next(), first);
    let second = parser.listen("b".into());
    parser.unlisten(first);
    assert_eq!(parser.next(), second);
    assert_eq!(parser.next(), 0);
    assert!(matches!(parser.heard(), Heard::Event));
}

#[test]
fn signs_of_life_are_told_since_the_last_event_that_was_heard() {
    let mut parser = Parser::new(String::new(), 20);
    parser.listen("message".into());
    let mut heard = |chunk: &[u8]| {
        parser.push(chunk.to_vec());
        while parser.next() != 0 {}
        (format!("{:?}", parser.heard()), parser.take_retry())
    };
    assert_eq!(heard(b""), ("Nothing".into(), None));
    assert_eq!(heard(b": hi\n"), ("Comment".into(), None));
    assert_eq!(
        heard(b"event: x\ndata: 1\n\n: hi\n"),
        ("Event".into(), None)
    );
    assert_eq!(heard(b": hi\ndata: 1\n\n"), ("Nothing".into(), None));
    assert_eq!(
        heard(b"data: 1\n\nretry: 7\nretry: 8\n"),
        ("Nothing".into(), Some(8.0))
    );
    assert_eq!(
        heard(b"data: 012345678901234567890\n\n"),
        ("TooLarge".into(), None)
    );
    assert_eq!(heard(b"data: 1\n\n"), ("Nothing".into(), None));
}
