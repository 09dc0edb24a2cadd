//! The parts of an event that are slices of its chunk. The body in JavaScript cuts the same slices out of the chunk's text.

use super::*;

/// What `read` returns for each event of a chunk.
fn map_events<T>(
    parser: &mut Parser,
    chunk: &[u8],
    read: impl Fn(&ParsedEvent<'_, Scalar>) -> T,
) -> Vec<T> {
    let mut items = parser.parse(chunk);
    let mut all = Vec::new();
    while let Some(item) = items.next() {
        if let Ok(Item::Event(event)) = item {
            all.push(read(&event));
        }
    }
    all
}

fn data_in_chunk(event: &ParsedEvent<'_, Scalar>) -> Option<Vec<u8>> {
    event.data_in_chunk().map(<[u8]>::to_vec)
}

fn id_in_chunk(event: &ParsedEvent<'_, Scalar>) -> Option<Vec<u8>> {
    event.id_in_chunk().map(<[u8]>::to_vec)
}

#[test]
fn a_name_is_available_as_received() {
    let stream = b"event: a\xFF\ndata: 1\n\ndata: 2\n\n";
    let names = map_events(&mut parser(), stream, |event| event.name_bytes().to_vec());
    assert_eq!(names, [b"a\xFF".to_vec(), b"message".to_vec()]);
}

#[test]
fn data_of_one_line_is_a_slice_of_its_chunk() {
    let mut parser = parser();
    let stream = b"data: 1\n\ndata: 2\ndata: 3\n\n";
    let found = map_events(&mut parser, stream, data_in_chunk);
    assert_eq!(found, [Some(b"1".to_vec()), None], "of one line, of two");
    assert!(map_events(&mut parser, b"data: 4\n", data_in_chunk).is_empty());
    let found = map_events(&mut parser, b"data: 5\n\n", data_in_chunk);
    assert_eq!(found, [None], "the previous chunk has the first line");
}

#[test]
fn the_id_field_of_an_event_is_a_slice_of_its_chunk() {
    let mut parser = parser();
    let stream = b"id: 7\ndata: 1\n\ndata: 2\n\n";
    let found = map_events(&mut parser, stream, id_in_chunk);
    assert_eq!(found, [Some(b"7".to_vec()), None]);
    assert!(map_events(&mut parser, b"id: 8\n", id_in_chunk).is_empty());
    let found = map_events(&mut parser, b"data: 3\n\n", id_in_chunk);
    assert_eq!(found, [None], "the previous chunk has the id");
    assert_eq!(parser.last_event_id_bytes(), b"8");
}

#[test]
fn changes_of_the_last_event_id_are_counted() {
    let stream = b"data\n\nid: 1\ndata\n\nid: 1\ndata\n\nid: 2\n\ndata\n\nid\ndata\n\n";
    let changes = map_events(&mut parser(), stream, |event| event.id_changes());
    assert_eq!(changes, [0, 1, 1, 2, 3]);
}

#[test]
fn a_chunk_is_read_again_from_where_an_event_ended() {
    let stream = b"id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c";
    let mut parser = parser();
    let mut items = parser.parse(stream);
    assert!(matches!(items.next(), Some(Ok(Item::Event(_)))));
    let end = stream.len() - items.rest().len();
    assert_eq!(end, 15);
    while items.next().is_some() {}
    assert_eq!(parser.last_event_id_bytes(), b"2");
    parser.go_back(b"1");
    assert_eq!(parser.last_event_id_bytes(), b"1");
    let mut items = parser.resume(&stream[end..]);
    let Some(Ok(Item::Event(event))) = items.next() else {
        panic!("the second event again");
    };
    assert_eq!(event.id_in_chunk(), Some(&b"2"[..]));
    assert_eq!(event.into_data(), "b");
    while items.next().is_some() {}
    let rest = map_events(&mut parser, b"d\n\n", |event| event.name().into_owned());
    assert_eq!(
        rest,
        ["message"],
        "the start of the third event is held only once"
    );
    assert_eq!(parser.last_event_id_bytes(), b"3");
}

#[test]
fn a_parser_that_found_too_large_an_event_reads_its_chunk_again() {
    let mut parser: Parser = Parser::new(Vec::new(), 8);
    let stream = b"data: 1\n\ndata: much too large\n\ndata: 2\n\n";
    let mut items = parser.parse(stream);
    assert!(matches!(items.next(), Some(Ok(Item::Event(_)))));
    let end = stream.len() - items.rest().len();
    assert!(matches!(items.next(), Some(Err(TooLarge { limit: 8 }))));
    parser.go_back(b"");
    let mut items = parser.resume(&stream[end..]);
    assert!(matches!(items.next(), Some(Err(TooLarge { limit: 8 }))));
}
