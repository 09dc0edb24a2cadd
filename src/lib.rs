//! Server-sent events for the browser, with types, policies and an end.
//!
//! You write one enum and one line, and get a stream of typed events. It comes over the browser's own `EventSource`, or over `fetch`; it
//! survives a bad network by rules that you choose, reports everything that goes wrong, and ends when it should.
//!
//! ```no_run
//! use futures::StreamExt;
//! use serde::Deserialize;
//! use typed_eventsource::{Error, EventSource, Policy};
//!
//! #[derive(Deserialize)]
//! #[serde(rename_all = "lowercase")]
//! enum Feed {
//!     Price { symbol: String, price: f64 },
//!     Halt { symbol: String, reason: String },
//!     Bye,
//! }
//!
//! async fn show(mut print: impl FnMut(String)) -> Result<(), Error> {
//!     let source = EventSource::builder("/prices")
//!         .policy(Policy::resilient())
//!         .terminal_event("bye")
//!         .open()?;
//!
//!     let mut feed = source.events::<Feed>()?; // listens to `price`, `halt` and `bye`
//!     while let Some(item) = feed.next().await {
//!         match item {
//!             Ok(event) => match event.data {
//!                 Feed::Price { symbol, price } => print(format!("{symbol} {price}")),
//!                 Feed::Halt { symbol, reason } => print(format!("{symbol} halted: {reason}")),
//!                 Feed::Bye => print("that was all".to_owned()),
//!             },
//!             Err(error) => print(error.to_string()), // reported, and the stream goes on
//!         }
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # Listening
//!
//! | | a callback | a stream |
//! | --- | --- | --- |
//! | all variants of an enum | [`on_events`](EventSource::on_events) | [`events`](EventSource::events) |
//! | one name | [`on`](EventSource::on) | [`stream`](EventSource::stream) |
//! | every event, whatever its name (over `fetch`) | [`on_any`](EventSource::on_any) | |
//! | what has gathered, once a frame | [`on_batch`](EventSource::on_batch), [`on_event_batch`](EventSource::on_event_batch) | [`batches`](EventSource::batches), [`event_batches`](EventSource::event_batches) |
//!
//! A callback listens as long as you hold its [`Listener`], or until the source closes if you [`forget`](Listener::forget) it. Clones of
//! a source share one connection, which closes when the last handle, listener and stream is dropped.
//!
//! The data of an event is any [`Payload`]: JSON for each `T: DeserializeOwned` (feature `json`), [`Text`] as it stands, and with their
//! features `Js<T>` (JSON that the browser parses) and `Bytes` (base64, also compressed).
//!
//! # What happens to the connection
//!
//! - [`state`](EventSource::state) and [`on_state`](EventSource::on_state) say whether it is connecting, open, paused, waiting for the
//!   next attempt, or closed; [`closed`](EventSource::closed) waits for the end, and says its reason.
//! - [`on_error`](EventSource::on_error) hears each [`Error`]: lost connections, refusals with their status, data that does not decode.
//! - [`on_attempt`](EventSource::on_attempt) hears how each attempt has ended, [`stats`](EventSource::stats) counts.
//! - [`on_gap`](EventSource::on_gap) hears that numbered events are missing; [`deduplicate`](EventSourceBuilder::deduplicate) drops
//!   those that come again.
//! - [`pause`](EventSource::pause), [`resume`](EventSource::resume), [`reconnect`](EventSource::reconnect) and
//!   [`close`](EventSource::close) do what they say.
//!
//! # Transports
//!
//! The browser's own `EventSource` is the default. It sends no headers, and hides the status of a refusal. With the feature `fetch`,
//! [`EventSourceBuilder::fetch`] takes a `Fetch`: any method, headers (fresh ones for each attempt), a body, the responses that count,
//! and HTTP statuses in errors. Both follow [the HTML
//! standard](https://html.spec.whatwg.org/multipage/server-sent-events.html).
//!
//! # Policies
//!
//! A [`Policy`] says what happens when something goes wrong. It begins with one of three presets; each option has a method.
//!
#![doc = include_str!("policy-options.md")]
//!
//! # Features
//!
//! | feature | gives |
//! | --- | --- |
//! | `json` (default) | payloads in JSON for every `T: DeserializeOwned`, [`events::<Enum>()`](EventSource::events) |
//! | `js` | `Js<T>` and `JsonValue`: JSON that the browser parses, for apps without serde_json |
//! | `bytes` | `Bytes`: binary data that is sent as base64 |
//! | `gzip` | `Bytes::gunzip`, by the browser's own `DecompressionStream` |
//! | `fetch` | the fetch transport |
//! | `tabs` | `shared_among_tabs`: one connection for the sources of all tabs |
//! | `simd` | the fetch transport with wasm's SIMD instructions, which browsers have had since 2021, Safari since 2023 |
//! | `testing` | [`testing`]: a server and a clock that tests control, without a network |
//!
//! # Where it runs
//!
//! In windows, dedicated, shared and service workers. On other targets it compiles, and opening a source is an error, so that an app
//! that is rendered on a server needs no `cfg`. `typed-eventsource-yew` and `typed-eventsource-leptos` have hooks;
//! `typed-eventsource-core` has the parser and the decisions without I/O, for any client.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(all(
        feature = "fetch",
        feature = "js",
        feature = "tabs",
        feature = "testing"
    )),
    allow(
        rustdoc::broken_intra_doc_links,
        reason = "links may lead to what belongs to a feature; with all features they are checked"
    )
)]
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

/// The examples of the README are compiled with those of the crate.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
