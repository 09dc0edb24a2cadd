//! The crate in a real browser, against the real server; see `tests/server` for what that can do.

mod support;

#[cfg(feature = "bytes")]
mod bytes;
mod callbacks;
mod console;
mod decoding;
mod delivery;
mod endings;
mod faults;
mod finish;
mod flood;
mod guard;
#[cfg(feature = "gzip")]
mod gunzip;
mod order;
mod ownership;
mod payloads;
mod policies;
mod refusals;
mod reopening;
mod statuses;
mod subscriptions;
