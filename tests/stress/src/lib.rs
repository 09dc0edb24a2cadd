//! The client in Rust, as the page calls it.
#![cfg(target_family = "wasm")]

mod client;

pub use client::{Flood, attack, cycles, follow, slow};
