//! The client in Rust. The page of the stress tests calls these functions.
#![cfg(target_family = "wasm")]

mod client;

pub use client::{Flood, attack, cycles, follow, slow};
