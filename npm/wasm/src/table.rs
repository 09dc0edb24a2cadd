//! The parsers and sessions, which JavaScript knows by their numbers.

use alloc::boxed::Box;

use slab::Slab;
use spin::{Mutex, MutexGuard};
use typed_eventsource_npm_parser::Stream;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::session::NumberedSession;

/// A parser or a session. It is boxed, so that its address stays the same: JavaScript reads from there.
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

/// Calls a function with an entry, which is out of the table meanwhile. So a panic, which traps, leaves all other entries as they are.
pub(crate) fn with<R>(number: usize, run: impl FnOnce(&mut Entry) -> R) -> R {
    let mut entry = take(number);
    let result = run(&mut entry);
    put_back(number, entry);
    result
}

/// Takes an entry out of the table. If it is not there, this panics when the table is no longer locked.
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

/// Locks the table for one access. There is only one thread.
#[inline]
fn table() -> MutexGuard<'static, Table> {
    TABLE.try_lock().expect("nobody else has locked it")
}
