//! What decides in [typed-eventsource](https://docs.rs/typed-eventsource): the parser of event streams and the session of
//! one source of server-sent events, without I/O.
//!
//! - [`parser::Parser`] makes events of bytes, by
//!   [the HTML standard](https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
//! - [`Session`] follows one source from its first attempt to its end. It is told what happens ([`Input`]) and answers
//!   what to do ([`Output`]): when to connect and from which event on, what to deliver and what to leave out, what to
//!   report, when to close.
//! - [`Policy`] is its set of limits, as data.
//!
//! What does the I/O is called the *body* here: the browser's `EventSource` or `fetch` in typed-eventsource itself, an
//! HTTP client anywhere else. `examples/native` is a body over hyper.
//!
//! There is no clock, no randomness, no timer and no closure of a user in this crate, so that all of it can be tested
//! without waiting. It is `no_std` and needs `alloc`.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod parser;
mod policy;
mod session;
mod time;

pub use policy::{
    Backoff, LimitAction, NumericValue, OptionInfo, OptionKind, OptionValue, Policy, TimeLimit,
};
pub use session::{
    CloseReason, Decision, EndOfBody, EventOutcome, Failure, FailureClass, FailureContext, Gap,
    IdField, Input, LimitReached, Loss, Options, Output, ReceivedEvent, Report, Session, State,
    Terminal, Transport, Unfinished,
};
pub use time::{At, Span, Timestamp};

/// A body may go from thread to thread.
const _: () = {
    const fn is_send<T: Send>() {}
    is_send::<Session>();
    is_send::<parser::Parser>();
};
