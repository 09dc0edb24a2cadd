//! The parsers of event streams, as JavaScript has them.

use alloc::{boxed::Box, vec::Vec};

use typed_eventsource_npm_parser::Stream;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::table::{self, Entry};

/// Makes a parser for a stream that goes on where another has ended. Answers its number, by which it is known until it is
/// [freed](table::free).
#[wasm_bindgen(js_name = newParser)]
pub fn new_parser(last_event_id: Vec<u8>, max_event_size: usize) -> usize {
    let stream = Stream::new(last_event_id, max_event_size);
    table::insert(Entry::Parser(Box::new(stream)))
}

/// Listens to events of a name (0) and answers by which number they are told, listens no longer (1), goes back to
/// where an event ends in the chunk (2), or goes on with another chunk, of which all ids are to be told where the number
/// says so (3), and answers where the [`Records`](typed_eventsource_npm_parser::Records) lie. Or looks for data in events of any
/// name (4), or answers whether the stream has ended within an event, whose data is then out of line, and its name in place of
/// the last event id (5), or listens to events of any name, where the number says so (6).
#[wasm_bindgen(js_name = tellParser)]
pub fn tell_parser(parser: usize, input: u32, bytes: Vec<u8>, number: usize) -> usize {
    with(parser, move |stream| {
        match input {
            0 => return stream.listen(bytes),
            1 => stream.unlisten(&bytes),
            2 => stream.go_back(number, &bytes),
            4 => stream.look_for(bytes),
            5 => return usize::from(stream.end()),
            6 => stream.listen_to_all(number != 0),
            _ => {
                if number != 0 {
                    stream.track_ids();
                }
                stream.push(bytes);
            }
        }
        core::ptr::from_ref(stream.records()) as usize
    })
}

/// Finds the next events of the chunk and writes their records. Answers with how many they are: none at its end.
#[wasm_bindgen(js_name = nextEvents)]
pub fn next_events(parser: usize) -> usize {
    with(parser, |stream| stream.next())
}

fn with<R>(parser: usize, run: impl FnOnce(&mut Stream) -> R) -> R {
    table::with(parser, |entry| match entry {
        Entry::Parser(stream) => run(stream),
        Entry::Session(_) => unreachable!("it has the number of a parser"),
    })
}
