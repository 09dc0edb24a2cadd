#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

extern crate alloc;

mod error;
mod event;
#[cfg(feature = "gzip")]
mod gunzip;
#[cfg(any(feature = "yew", feature = "leptos"))]
mod hooks;
mod host;
mod ids;
#[cfg(feature = "leptos")]
pub mod leptos;
#[cfg(feature = "fetch")]
mod parser;
mod payload;
mod policy;
mod source;
mod state;
#[cfg(any(feature = "testing", all(test, feature = "json")))]
pub mod testing;
mod transport;
#[cfg(any(feature = "fetch", feature = "gzip"))]
mod turns;
#[cfg(feature = "json")]
mod variants;
#[cfg(feature = "yew")]
pub mod yew;

pub use error::{DecodeError, Error};
pub use event::{Event, UndecodedEvent};
#[cfg(feature = "gzip")]
pub use gunzip::GunzipError;
pub use ids::Gap;
#[cfg(feature = "bytes")]
pub use payload::{Base64Error, Bytes};
pub use payload::{Payload, Text};
pub use policy::{Backoff, Decision, Policy, Situation, Then};
pub use source::{Closed, EventSource, EventSourceBuilder, EventStream, Listener, Queue};
pub use state::{CloseReason, State};
#[cfg(feature = "fetch")]
pub use transport::fetch::{Body, Fetch, HeadersResult};
