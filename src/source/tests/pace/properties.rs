//! What holds whatever happens to sources whose queues wait.

use std::cell::Cell;

use proptest::{collection::vec, prelude::*};

use super::*;

/// What may happen to sources with streams.
#[derive(Clone, Copy, Debug)]
enum Act {
    Send,
    AddStream(usize),
    Read(usize),
    DropStream(usize),
    Close(usize),
}

const SOURCES: usize = 3;

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => Just(Act::Send),
        3 => (0..SOURCES).prop_map(Act::AddStream),
        8 => (0usize..9).prop_map(Act::Read),
        2 => (0usize..9).prop_map(Act::DropStream),
        1 => (0..SOURCES).prop_map(Act::Close),
    ]
}

/// A stream, and the numbers that are delivered to it.
struct Reader {
    source: usize,
    stream: EventStream<u32>,
    next: u32,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn all_numbers_reach_all_streams_and_no_queue_has_more_than_it_has_room_for(
        is_shared: bool,
        capacity in 1usize..4,
        acts in vec(any_act(), 1..80),
    ) {
        let server = FakeServer::new();
        let open = || over_fetch(capacity).shared(is_shared).open().unwrap();
        let count = if is_shared { SOURCES } else { 1 };
        let sources: Vec<_> = (0..count).map(|_| open()).collect();
        let heard = Rc::new(Cell::new(0));
        let listeners: Vec<_> = sources
            .iter()
            .map(|source| {
                let heard = Rc::clone(&heard);
                let hear = move |event: Event<u32>| heard.set(event.data);
                source.on("n", hear).unwrap()
            })
            .collect();
        let (mut sent, mut readers) = (0, Vec::<Reader>::new());
        for act in acts {
            match act {
                Act::Send => {
                    sent += 1;
                    send_all(&server, [sent]);
                }
                Act::AddStream(source) if !sources[source % count].state().is_closed() => {
                    let source = source % count;
                    let stream = sources[source].stream("n").unwrap();
                    let next = heard.get() + 1;
                    readers.push(Reader { source, stream, next });
                }
                Act::Read(reader) if !readers.is_empty() => {
                    let reader = reader % readers.len();
                    let Reader { stream, next, .. } = &mut readers[reader];
                    let expected = (*next <= heard.get()).then(|| next.to_string());
                    *next += u32::from(expected.is_some());
                    prop_assert_eq!(step(stream), expected);
                }
                Act::DropStream(reader) if !readers.is_empty() => {
                    let reader = reader % readers.len();
                    drop(readers.swap_remove(reader));
                }
                Act::Close(source) => {
                    let source = source % count;
                    sources[source].close();
                    readers.retain(|reader| reader.source != source);
                }
                Act::AddStream(_) | Act::Read(_) | Act::DropStream(_) => {}
            }
            let unread = |reader: &Reader| (heard.get() + 1 - reader.next) as usize;
            prop_assert!(readers.iter().all(|reader| unread(reader) <= capacity));
            let is_held_back = readers.iter().any(|reader| unread(reader) == capacity);
            let is_open = sources.iter().any(|source| !source.state().is_closed());
            if is_open && !is_held_back {
                prop_assert_eq!(heard.get(), sent);
            }
        }
        drop(listeners);
    }
}
