//! The crate in a real browser, against the real server; see `tests/server` for what that can do.

use typed_eventsource_test_support as support;

mod aborting;
#[cfg(feature = "bytes")]
mod bytes;
mod callbacks;
mod console;
mod decoding;
mod delivery;
mod endings;
mod faults;
#[cfg(feature = "fetch")]
mod fetch;
mod finish;
mod flood;
mod guard;
#[cfg(feature = "gzip")]
mod gunzip;
mod hostile;
mod ids;
mod injection;
mod order;
mod origins;
mod ownership;
mod panics;
mod payloads;
mod policies;
mod reentry;
mod refusals;
mod reopening;
mod statuses;
mod subscriptions;
mod waking;
