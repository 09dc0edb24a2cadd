#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod error;
mod event;
mod host;
#[cfg(feature = "npm")]
#[cfg_attr(
    not(target_family = "wasm"),
    allow(dead_code, reason = "only wasm exports to JavaScript")
)]
mod npm;
#[cfg(feature = "fetch")]
#[cfg_attr(
    not(test),
    expect(dead_code, unused_imports, reason = "the fetch transport is to use it")
)]
mod parser;
mod payload;
mod policy;
mod source;
mod state;
mod transport;
#[cfg(feature = "json")]
mod variants;

pub use error::{DecodeError, Error};
pub use event::{Event, UndecodedEvent};
#[cfg(feature = "gzip")]
pub use payload::GunzipError;
#[cfg(feature = "bytes")]
pub use payload::{Base64Error, Bytes};
pub use payload::{Payload, Text};
pub use policy::{Backoff, Decision, Policy, Situation, Then};
pub use source::{Closed, EventSource, EventSourceBuilder, EventStream, Listener, Queue};
pub use state::{CloseReason, State};
