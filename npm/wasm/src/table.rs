//! What JavaScript knows by its number.

use alloc::boxed::Box;

use slab::Slab;
use spin::{Mutex, MutexGuard};
use typed_eventsource_npm_parser::Stream;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::session::NumberedSession;

/// Each has a place in memory, where JavaScript reads.
#[derive(Debug)]
pub(crate) enum Entry {
    Parser(Box<Stream>),
    Session(Box<NumberedSession>),
}

type Table = Slab<Option<Entry>>;

static TABLE: Mutex<Table> = Mutex::new(Slab::new());

/// Frees a parser or a session. Its number is free for another.
#[wasm_bindgen]
pub fn free(number: usize) {
    drop(table().try_remove(number));
}

pub(crate) fn insert(entry: Entry) -> usize {
    table().insert(Some(entry))
}

/// Uses an entry, which is out of the table meanwhile: a fault traps, and leaves all others as they are.
pub(crate) fn with<R>(number: usize, run: impl FnOnce(&mut Entry) -> R) -> R {
    let mut entry = take(number);
    let result = run(&mut entry);
    put_back(number, entry);
    result
}

/// What is not there is a fault too, and traps once the table is not locked any more.
#[inline(never)]
fn take(number: usize) -> Entry {
    let entry = table().get_mut(number).and_then(Option::take);
    entry.expect("it is in the table")
}

#[inline(never)]
fn put_back(number: usize, entry: Entry) {
    if let Some(place) = table().get_mut(number) {
        *place = Some(entry);
    }
}

/// Locked for one access at a time, on one thread.
#[inline]
fn table() -> MutexGuard<'static, Table> {
    TABLE.try_lock().expect("nobody else has locked it")
}
