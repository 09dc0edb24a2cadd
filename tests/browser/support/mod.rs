//! What the tests are written with.
#![cfg_attr(
    not(feature = "fetch"),
    allow(
        dead_code,
        unused_imports,
        reason = "some of it is for the fetch transport alone"
    )
)]

mod clock;
mod guard;
#[cfg(feature = "gzip")]
mod gzip;
mod heard;
mod observe;
mod script;
mod server;
mod transport;

pub(crate) use clock::Clock;
pub(crate) use guard::{guarded, run, run_over, run_with_panics};
#[cfg(feature = "gzip")]
pub(crate) use gzip::gzip;
pub(crate) use heard::{
    Heard, errors, is_refusal, journal, listen, next_data, next_error, states, stream,
};
pub(crate) use observe::{Console, Left, Observed};
pub(crate) use script::{Attempt, Cors, Seen, Step, send, send_bytes};
pub(crate) use server::{Script, attacks, builder};
pub(crate) use transport::Transport;
