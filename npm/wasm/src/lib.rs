//! The wasm half of the npm package: the parser and the session of the core, in numbers. The JavaScript half is in
//! `npm/src`.
//!
//! It does not use `std`, and has a small allocator, since `std` and its allocator would be larger than all the rest. Times are
//! milliseconds since some fixed moment, as those of `performance.now()` are.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod numbers;
mod parser;
mod session;
mod table;

#[cfg(target_family = "wasm")]
use lol_alloc::{FreeListAllocator, LockedAllocator};

pub use parser::{new_parser, next_events, tell_parser};
pub use session::{new_session, open_at_rate, poll_session, tell_session};
pub use table::free;

#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: LockedAllocator<FreeListAllocator> =
    LockedAllocator::new(FreeListAllocator::new());

#[cfg(target_family = "wasm")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
