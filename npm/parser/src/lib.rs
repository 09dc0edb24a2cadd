//! The parser, the very files of the crate, as JavaScript has it.

#![cfg_attr(not(test), no_std)]
#![allow(
    missing_docs,
    reason = "the macro makes items without, and of ours only JavaScript has any use"
)]

extern crate alloc;

#[cfg(test)]
mod page;
#[path = "../../../src/parser/mod.rs"]
#[allow(dead_code, reason = "the crate needs more of it")]
mod parser;
mod stream;

pub use stream::{Heard, Parser};
