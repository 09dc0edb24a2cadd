//! The wasm half of the npm package: the parser and the machine behind a policy, the very files of the crate. The
//! JavaScript half is beside it.
//!
//! It has no `std`, and a small allocator, since both would weigh more than all else together. Times are in
//! milliseconds, since any fixed moment, as `performance.now()` has them.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod error;
mod knobs;
mod machine;
#[path = "../../src/policy/mod.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "rules are asked in JavaScript, and the crate exports what is public"
)]
mod policy;

pub use typed_eventsource_npm_parser::{Heard, Parser};

use core::time::Duration;

use error::Error;

#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

#[cfg(target_family = "wasm")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// What is no number of milliseconds, or too large for one, is as long as can be.
fn from_milliseconds(milliseconds: f64) -> Duration {
    Duration::try_from_secs_f64(milliseconds.max(0.0) / 1000.0).unwrap_or(Duration::MAX)
}

fn to_milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
