//! Compares what JavaScript is told of events with what the parser finds.

use proptest::{collection::vec as any_vec, prelude::*, sample::select};

use super::*;
use crate::{
    js_reader::{Event, JsReader},
    records::{Record, UNCHANGED},
};

const UNLIMITED: usize = usize::MAX;

/// The names that are listened to in these tests; streams have others too.
const NAMES: [&str; 3] = ["message", "é", "price"];

fn listening(id: &str, names: &[&str]) -> JsReader {
    let mut reader = JsReader::new(id, UNLIMITED);
    names.iter().for_each(|name| reader.listen(name));
    reader
}

/// The events that the parser finds, except those that nobody listens to. `is_listened_to` gets the number of events before, and
/// the name.
fn expected(
    id: &str,
    chunks: &[&[u8]],
    is_listened_to: impl Fn(usize, &str) -> bool,
) -> Vec<Event> {
    let mut parser = parser::Parser::<parser::Scalar>::new(id.into(), UNLIMITED);
    let mut events = vec![];
    for chunk in chunks {
        let mut items = parser.parse(chunk);
        while let Some(item) = items.next() {
            if let Ok(Item::Event(event)) = item {
                let (name, id) = (event.name().into_owned(), event.last_event_id().to_string());
                let has_own_id = event.has_own_id();
                if is_listened_to(events.len(), &name) {
                    events.push((name, event.into_data().into_owned(), id, has_own_id));
                }
            }
        }
    }
    events
}

/// How many names are listened to after `count` events: `start` at first, and one more after every `every` events.
fn listened_after(start: usize, every: usize, count: usize) -> usize {
    (start + count / every).min(NAMES.len())
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
    fn a_reader_hears_the_events_that_the_parser_finds(
        stream in any_stream(),
        sizes in any_vec(1_usize..40, 1..6),
        whole in any::<bool>(),
        id in select(vec!["", "é"]),
    ) {
        let chunks = if whole { vec![&stream[..]] } else { cut(&stream, &sizes) };
        let mut reader = listening(id, &NAMES);
        let told: Vec<_> = chunks.iter().flat_map(|chunk| reader.read(chunk, |_| false)).collect();
        prop_assert_eq!(told, expected(id, &chunks, |_, name| NAMES.contains(&name)));
    }

    #[test]
    fn a_reader_that_goes_back_misses_nothing_and_hears_nothing_twice(
        stream in any_stream(),
        sizes in any_vec(1_usize..200, 1..4),
        whole in any::<bool>(),
        id in select(vec!["", "é"]),
        start in 0_usize..3,
        every in 1_usize..5,
    ) {
        let chunks = if whole { vec![&stream[..]] } else { cut(&stream, &sizes) };
        let mut reader = listening(id, &NAMES[..start]);
        let mut told = vec![];
        let (mut listened, mut count) = (start, 0);
        for chunk in &chunks {
            told.extend(reader.read(chunk, |reader| {
                count += 1;
                let wanted = listened_after(start, every, count);
                while listened < wanted {
                    reader.listen(NAMES[listened]);
                    listened += 1;
                }
                true
            }));
        }
        prop_assert_eq!(told, expected(id, &chunks, |count, name| NAMES[..listened_after(start, every, count)].contains(&name)));
    }

    #[test]
    fn a_reader_that_listens_to_all_is_told_of_every_name(
        stream in any_stream(),
        sizes in any_vec(1_usize..40, 1..6),
        whole in any::<bool>(),
        count in 0_usize..3,
        goes_back in any::<bool>(),
    ) {
        let chunks = if whole { vec![&stream[..]] } else { cut(&stream, &sizes) };
        let mut reader = listening("", &NAMES[..count]);
        reader.listen_to_all();
        let told: Vec<_> = chunks.iter().flat_map(|chunk| reader.read(chunk, |_| goes_back)).collect();
        prop_assert_eq!(told, expected("", &chunks, |_, _| true));
    }

    #[test]
    fn a_name_keeps_its_number_until_it_is_removed(steps in any_vec((0_usize..12, any::<bool>()), 0..60)) {
        let mut parser = Stream::new(vec![], UNLIMITED);
        let mut numbers = vec![None; 12];
        for (index, listens) in steps {
            let number = &mut numbers[index];
            match *number {
                None if listens => *number = Some(parser.listen(format!("name{index}").into(), false)),
                Some(_) if !listens => {
                    parser.unlisten(format!("name{index}").as_bytes());
                    *number = None;
                }
                _ => {}
            }
        }
        let text: String = (0..12).map(|index| format!("event: name{index}\ndata: {index}\n\n")).collect();
        parser.push(text.into_bytes());
        let numbers: Vec<_> = numbers.into_iter().flatten().collect();
        prop_assert_eq!(numbers_of_next(&mut parser), numbers);
        prop_assert_eq!(parser.next(), 0);
    }
}

fn numbers_of_next(parser: &mut Stream) -> Vec<usize> {
    let count = parser.next();
    let events = &parser.records().events[..count];
    events.iter().map(|event| event.number as usize).collect()
}

fn unlistened_of(parser: &Stream) -> Unlistened {
    let all = [
        Unlistened::Nothing,
        Unlistened::Comment,
        Unlistened::Event,
        Unlistened::TooLarge,
    ];
    all[parser.records().unlistened as usize]
}

/// The number, the data and the id of a record.
fn record(parser: &Stream, index: usize) -> [u32; 5] {
    let Record {
        number,
        data_start,
        data_end,
        id_start,
        id_end,
        ..
    } = parser.records().events[index];
    [number, data_start, data_end, id_start, id_end]
}

#[test]
fn data_and_ids_in_the_text_have_offsets_in_utf_16_units() {
    let mut parser = Stream::new(vec![], UNLIMITED);
    parser.listen("message".into(), false);
    parser.push("é\nid: é\ndata: 😀x\n\ndata: y\n\n".as_bytes()[1..].to_vec());
    assert_eq!(parser.next(), 2);
    assert_eq!(parser.text(), "é😀xy".as_bytes());
    assert_eq!(record(&parser, 0), [1, 1, 4, 0, 1]);
    assert_eq!(parser.records().events[0].end, 22);
    assert_eq!(record(&parser, 1), [1, 4, 5, UNCHANGED, UNCHANGED]);
}

#[test]
fn the_number_of_a_removed_name_is_free_for_another() {
    let mut parser = Stream::new(vec![], UNLIMITED);
    parser.unlisten(b"nobody's");
    assert_eq!(
        ["b", "a"].map(|name| parser.listen(name.into(), false)),
        [1, 2]
    );
    parser.unlisten(b"b");
    parser.unlisten(b"b");
    assert_eq!(
        ["c", "b"].map(|name| parser.listen(name.into(), false)),
        [1, 3]
    );
}

#[test]
fn names_are_compared_as_they_are_decoded() {
    let mut parser = Stream::new(vec![], UNLIMITED);
    let numbers =
        ["\u{FFFD}", "\u{FFFD}\u{FFFD}", "a"].map(|name| parser.listen(name.into(), false));
    parser.push(
        b"event: \xff\ndata\n\nevent: a\ndata\n\nevent: \xff\xff\ndata\n\nevent: \xff\ndata\n\n"
            .to_vec(),
    );
    let [one, two, a] = numbers;
    let found = [(); 4].map(|()| numbers_of_next(&mut parser));
    assert_eq!(found.concat(), [one, a, two, one]);
}

#[test]
fn a_name_is_listened_to_from_the_next_event_on() {
    let mut parser = Stream::new(vec![], UNLIMITED);
    let first = parser.listen("a".into(), false);
    parser.push(b"event: a\ndata: 1\n\nevent: b\ndata: 2\n\nevent: a\ndata: 3\n\n".to_vec());
    assert_eq!(numbers_of_next(&mut parser), [first, first]);
    let end = parser.records().events[0].end;
    let second = parser.listen("b".into(), false);
    parser.unlisten(b"a");
    parser.go_back(end as usize, &[]);
    assert_eq!(numbers_of_next(&mut parser), [second]);
    assert_eq!(parser.next(), 0);
    assert_eq!(unlistened_of(&parser), Unlistened::Event);
}

#[test]
fn a_chunk_tells_what_nobody_listened_to_since_its_last_event() {
    let mut parser = Stream::new(vec![], 20);
    parser.listen("message".into(), false);
    let mut unlistened = |chunk: &[u8]| {
        parser.push(chunk.to_vec());
        let mut retry = NO_RETRY;
        while parser.next() != 0 {
            retry = retry.min(parser.records().retry);
        }
        (unlistened_of(&parser), retry.min(parser.records().retry))
    };
    assert_eq!(unlistened(b""), (Unlistened::Nothing, NO_RETRY));
    assert_eq!(unlistened(b": hi\n"), (Unlistened::Comment, NO_RETRY));
    assert_eq!(
        unlistened(b"event: x\ndata: 1\n\n: hi\n"),
        (Unlistened::Event, NO_RETRY)
    );
    assert_eq!(
        unlistened(b": hi\ndata: 1\n\n"),
        (Unlistened::Nothing, NO_RETRY)
    );
    assert_eq!(
        unlistened(b"data: 1\n\nretry: 7\nretry: 8\n"),
        (Unlistened::Nothing, 8)
    );
    assert_eq!(
        unlistened(b"data: 012345678901234567890\n\n"),
        (Unlistened::TooLarge, NO_RETRY)
    );
    assert_eq!(unlistened(b"data: 1\n\n"), (Unlistened::Nothing, NO_RETRY));
}

#[test]
fn ids_of_events_that_nobody_listens_to_are_told_by_number_zero() {
    let mut parser = Stream::new("é".into(), UNLIMITED);
    let number = parser.listen("message".into(), false);
    let text = "event: x\ndata: 1\n\nid: é\nevent: x\ndata: 2\ndata: 3\n\ndata: 4\n\n";
    parser.push(text.into());
    assert_eq!(numbers_of_next(&mut parser), [number]);
    parser.track_ids();
    parser.push(text.into());
    assert_eq!(numbers_of_next(&mut parser), [0, number]);
    assert_eq!(record(&parser, 0), [0, 0, 0, 0, 1]);
    assert_eq!(record(&parser, 1)[3..], [UNCHANGED; 2]);
    assert_eq!(parser.next(), 0);
}

#[test]
fn what_nobody_listens_to_is_counted_and_has_an_end() {
    let mut parser = Stream::new(vec![], UNLIMITED);
    let mut unheard = |chunk: &[u8]| {
        parser.push(chunk.to_vec());
        while parser.next() != 0 {}
        let Unheard {
            events,
            since_id,
            end,
        } = *parser.unheard();
        [events, since_id, end]
    };
    assert_eq!(unheard(b"data: 1\n\nid: 1\ndata: 2\n\nda"), [2, 0, 24]);
    assert_eq!(unheard(b"ta: 3\n\ndata: 4\n\n: hi\n"), [2, 2, 21]);
    assert_eq!(unheard(b": hi\n\nid: 2\n"), [0, 0, 0]);
    assert_eq!(unheard(b"\n"), [0, 0, 1]);
    assert_eq!(unheard(b""), [0, 0, 0]);
}

#[test]
fn the_first_name_that_nobody_listens_to_is_told() {
    let mut parser = Stream::new(vec![], UNLIMITED);
    parser.listen("message".into(), false);
    let mut name = |chunk: &[u8]| {
        parser.push(chunk.to_vec());
        while parser.next() != 0 {}
        parser.name().to_vec()
    };
    assert_eq!(name(b": hi\ndata: 1\n\nevent: x\ndata"), b"");
    assert_eq!(name(b"\n\ndata: 1\n\n"), b"x");
    assert_eq!(name(b"event: y\ndata: 1\n\n"), b"x");
}

#[test]
fn a_chunk_is_told_in_batches() {
    let mut parser = Stream::new(vec![], UNLIMITED);
    parser.listen("message".into(), false);
    parser.push(b"data: 1\n\n".repeat(2 * BATCH + 1));
    assert_eq!([(); 4].map(|()| parser.next()), [BATCH, BATCH, 1, 0]);
}

#[test]
fn an_event_whose_data_is_out_of_line_is_the_last_of_its_batch() {
    let mut parser = Stream::new(vec![], UNLIMITED);
    parser.listen("message".into(), false);
    let large = [b'7'; 5000];
    for data in [b"\xff", &large[..]] {
        parser.push([b"data: 1\n\ndata: ", data, b"\n\ndata: 4\n\n"].concat());
        assert_eq!(parser.next(), 2);
        assert_eq!(parser.data(), data);
        assert_eq!([parser.next(), parser.next()], [1, 0]);
    }
}

#[test]
fn an_event_that_is_too_large_is_found_again_after_going_back() {
    let mut parser = Stream::new(vec![], 20);
    parser.listen("message".into(), false);
    parser.push(b"data: 1\n\nid: 012345678901234567890\n".to_vec());
    assert_eq!(parser.next(), 1);
    parser.go_back(9, &[]);
    assert_eq!(unlistened_of(&parser), Unlistened::Nothing);
    assert_eq!(parser.next(), 0);
    assert_eq!(unlistened_of(&parser), Unlistened::TooLarge);
}

#[test]
fn a_call_ends_when_its_text_is_long() {
    let mut parser = Stream::new(vec![], UNLIMITED);
    parser.listen("message".into(), false);
    parser.push(
        ["data: ", &"7".repeat(4000), "\n\n"]
            .concat()
            .repeat(12)
            .into(),
    );
    assert_eq!([(); 3].map(|()| parser.next()), [9, 3, 0]);
}

#[test]
fn the_text_starts_with_an_array_of_the_data_that_is_json() {
    let mut parser = Stream::new(vec![], UNLIMITED);
    parser.listen("message".into(), true);
    parser.listen("text".into(), false);
    parser.look_for(b"[0]".into());
    let data = ["[1]", "2", "{\"é\":3}", "{},{}", "[0]", "[\ndata: 4]"];
    let stream = data.map(|data| format!("id: {}\ndata: {data}\n\n", data.len()));
    parser.push((stream.concat() + "event: text\ndata: {}\n\n").into());
    assert_eq!(parser.next(), 7);
    let text = "[[1],{\"é\":3},[\n4]]31285{},{}3[0]10{}";
    assert_eq!(parser.text(), text.as_bytes());
    assert_eq!(parser.records().array, [18, 3]);
    assert_eq!(record(&parser, 0), [1, 1, 4, 18, 19]);
    assert_eq!(record(&parser, 1), [1, 20, 21, 19, 20]);
    assert_eq!(record(&parser, 2), [1, 5, 12, 21, 22]);
}
