//! The parser, for a body that has the same bytes as a string of JavaScript too.

#![cfg_attr(not(test), no_std)]
extern crate alloc;

#[cfg(any(test, feature = "testing"))]
pub mod js_reader;
mod names;
mod reader;
mod records;
mod stream;
mod text;

pub use reader::{Exchange, Readers};
pub use records::{Record, Records};
pub use stream::{Stream, Unlistened};
