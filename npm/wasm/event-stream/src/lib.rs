//! The parser alone, for `typed-eventsource/parser`: the functions of [`Readers`].

#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
use lol_alloc::{FreeListAllocator, LockedAllocator};
use spin::{Mutex, MutexGuard};
use typed_eventsource_npm_parser::Readers;
use wasm_bindgen::prelude::wasm_bindgen;

#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: LockedAllocator<FreeListAllocator> =
    LockedAllocator::new(FreeListAllocator::new());

#[cfg(target_family = "wasm")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

static READERS: Mutex<Readers> = Mutex::new(Readers::new());

/// Locked for one call at a time, on one thread.
fn readers() -> MutexGuard<'static, Readers> {
    READERS.try_lock().expect("nobody else has locked them")
}

/// See [`Readers::exchange`].
#[wasm_bindgen]
pub fn exchange() -> usize {
    core::ptr::from_ref(readers().exchange()) as usize
}

/// See [`Readers::open`].
#[wasm_bindgen]
pub fn open(id_length: usize, max_event_size: usize) -> usize {
    readers().open(id_length, max_event_size)
}

/// See [`Readers::push`].
#[wasm_bindgen]
pub fn push(reader: usize, length: usize) -> usize {
    readers().push(reader, length)
}

/// See [`Readers::next`].
#[wasm_bindgen]
pub fn next(reader: usize) -> usize {
    readers().next(reader)
}

/// See [`Readers::end`].
#[wasm_bindgen]
pub fn end(reader: usize) -> bool {
    readers().end(reader)
}

/// See [`Readers::close`].
#[wasm_bindgen]
pub fn close(reader: usize) {
    readers().close(reader);
}
