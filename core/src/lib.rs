//! The part of [typed-eventsource](https://docs.rs/typed-eventsource) that decides, without I/O: the parser of event
//! streams, and the session of one source of server-sent events.
//!
//! - [`parser::Parser`] turns bytes into events, as [the HTML
//!   standard](https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream) defines it.
//! - [`Session`] follows one source from its first attempt to its end. It takes what happens ([`Input`]) and answers
//!   what to do ([`Output`]): when to connect and from which event on, which events to deliver or skip, what to report,
//!   when to close.
//! - [`Policy`] is the set of its limits, as data.
//! - [`OpenRate`] limits how often the sources of a page open.
//!
//! The code that does the I/O is called the *body* here: the browser's `EventSource` or `fetch` in typed-eventsource
//! itself, an HTTP client anywhere else. `examples/native` is a body over hyper.
//!
//! This crate has no clock, no random numbers, no timer and no users' closures, so all of it can be tested without
//! waiting. It is `no_std` and needs `alloc`.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod open_rate;
pub mod parser;
mod policy;
mod session;
mod time;

pub use open_rate::OpenRate;
pub use policy::{
    Backoff, LimitAction, NumericValue, OptionInfo, OptionKind, OptionValue, Policy, TimeLimit,
};
pub use session::{
    AttemptOutcome, AttemptReason, CloseReason, Counts, Decision, EndOfBody, EndedAttempt,
    EventOutcome, Failure, FailureClass, FailureContext, Gap, IdField, Input, LimitReached, Loss,
    Options, Output, ReceivedEvent, Report, Session, State, Terminal, Transport, Unfinished,
    digest,
};
pub use time::{At, Span, Timestamp};

/// A body may move between threads.
const _: () = {
    const fn is_send<T: Send>() {}
    is_send::<Session>();
    is_send::<parser::Parser>();
};
