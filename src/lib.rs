#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod attempt;
mod attempt_summary;
#[cfg(doctest)]
mod book;
mod by_name;
mod closure;
mod decode_error;
mod error;
mod event;
#[cfg(any(test, feature = "fetch", feature = "tabs", feature = "testing"))]
mod event_id;
#[cfg(feature = "gzip")]
mod gunzip;
mod host;
mod panics;
mod payload;
mod place;
mod policy;
#[cfg(feature = "fetch")]
mod response;
mod source;
mod state;
mod sys;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod transport;
mod variants;
#[cfg(any(feature = "fetch", feature = "gzip"))]
mod yielder;

#[cfg(feature = "fetch")]
pub use attempt::Attempt;
pub use attempt_summary::{AttemptOutcome, AttemptReason, AttemptSummary, Stats};
pub use decode_error::DecodeError;
pub use error::Error;
pub use event::{Event, UndecodedEvent};
#[cfg(feature = "gzip")]
pub use gunzip::GunzipError;
#[cfg(feature = "bytes")]
pub use payload::{Base64Error, Bytes};
#[cfg(feature = "js")]
pub use payload::{Js, JsonError, JsonValue};
pub use payload::{Payload, Text};
pub use policy::{Backoff, Decision, FailureContext, Policy};
#[cfg(feature = "fetch")]
pub use response::ResponseHead;
pub use source::{
    BatchOptions, BatchStream, Closed, EventSource, EventSourceBuilder, EventStream, Listener,
    Queue,
};
#[cfg(feature = "fetch")]
pub use source::{Refresh, RefreshResult};
#[cfg(feature = "tabs")]
pub use source::{Role, Tabs};
pub use state::{CloseReason, State};
#[cfg(feature = "fetch")]
pub use transport::fetch::{AttemptRequest, Body, Fetch, HeadersResult, RequestResult};
pub use typed_eventsource_core::{EndOfBody, Gap, LimitAction};
pub use variants::{EventEnum, payload};
