//! The parsers of event streams, as JavaScript has them.

use alloc::{boxed::Box, vec::Vec};

use typed_eventsource_npm_parser::Stream;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::table::{self, Entry};

/// Makes a parser for a stream that continues after the event with this id. Returns its number, which is valid until the parser is
/// [freed](table::free).
#[wasm_bindgen(js_name = newParser)]
pub fn new_parser(last_event_id: Vec<u8>, max_event_size: usize) -> usize {
    let stream = Stream::new(last_event_id, max_event_size);
    table::insert(Entry::Parser(Box::new(stream)))
}

/// Tells a parser what to do, by the number of the input:
///
/// - 0, [listen](Stream::listen) to events of the name in `bytes`, whose data is JSON if `number` is not 0: returns the number that
///   their records have;
/// - 1, [stop listening](Stream::unlisten) to them;
/// - 2, [go back](Stream::go_back) to where an event ends in the chunk;
/// - 3, take the [next chunk](Stream::push), and [tell all ids](Stream::track_ids) if `number` is not 0;
/// - 4, [look for data](Stream::look_for) in events that nobody listens to;
/// - 5, [end](Stream::end): returns 1 if the stream has ended within an event, and 0 otherwise;
/// - 6, [listen to events of any name](Stream::listen_to_all), or stop if `number` is 0;
/// - 7, tell of events that [nobody listens to](Stream::unheard): returns the address of [`Unheard`](typed_eventsource_npm_parser::Unheard).
///
/// Unless the list says otherwise, returns the address of the [`Records`](typed_eventsource_npm_parser::Records).
#[wasm_bindgen(js_name = tellParser)]
pub fn tell_parser(parser: usize, input: u32, bytes: Vec<u8>, number: usize) -> usize {
    with(parser, move |stream| {
        match input {
            0 => return stream.listen(bytes, number != 0),
            1 => stream.unlisten(&bytes),
            2 => stream.go_back(number, &bytes),
            4 => stream.look_for(bytes),
            5 => return usize::from(stream.end()),
            6 => stream.listen_to_all(number != 0),
            7 => return core::ptr::from_ref(stream.unheard()) as usize,
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

/// Finds the next events of the chunk and writes their records. Returns how many there are: none at the end of the chunk.
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
