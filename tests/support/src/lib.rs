//! What the browser tests are written with: the test server, a guard that makes a test fail that would hang or pass by
//! mistake, and eyes on what a source does to the page. The server is started by `cargo xtask test` or `cargo xtask serve`.
#![cfg(target_family = "wasm")]

mod clock;
mod guard;
mod gzip;
mod heard;
mod observe;
mod script;
mod server;
mod transport;
mod turns;

pub use clock::Clock;
pub use guard::{guarded, run, run_over, run_with_panics};
pub use gzip::gzip;
pub use heard::{
    Heard, code, errors, is_refusal, journal, listen, next_data, next_error, states, stream,
};
pub use observe::{Console, Left, Observed};
pub use script::{Attempt, Cors, Seen, Step, send, send_bytes};
pub use server::{Script, attacks, builder};
pub use transport::Transport;
pub use turns::HeldTurns;
