//! Tests of the crate in a real browser, against the test server (`tests/server`).

use typed_eventsource_test_support as support;

mod aborting;
mod attempts;
mod batches;
mod blocks;
mod callbacks;
mod console;
mod delivery;
mod faults;
#[cfg(feature = "fetch")]
mod fetch;
mod finish;
mod flood;
mod guard;
#[cfg(feature = "gzip")]
mod gunzip;
mod hostile;
mod injection;
#[cfg(feature = "js")]
mod js;
mod leaving;
mod lifecycle;
mod open_rate;
mod origins;
mod ownership;
mod panics;
mod reopening;
mod schemes;
mod statuses;
mod waking;
