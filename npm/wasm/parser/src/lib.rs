//! The parser, for a body that has texts as JavaScript strings.

#![cfg_attr(not(test), no_std)]
extern crate alloc;

#[cfg(any(test, feature = "testing"))]
pub mod js_reader;
mod json;
mod names;
mod records;
mod stream;

pub use records::{Record, Records};
pub use stream::{Stream, Unheard, Unlistened};
