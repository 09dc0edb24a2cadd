//! What the browser tests share: access to the test server, a guard that fails a test which would hang or pass by mistake, and
//! observers of what a source does to the page. `cargo xtask test` and `cargo xtask serve` start the server.
#![cfg(target_family = "wasm")]

mod clock;
mod frames;
mod guard;
mod gzip;
mod heard;
mod observe;
mod script;
mod server;
#[cfg(feature = "fetch")]
mod tokens;
mod transport;
mod turns;
mod user_agent;

pub use clock::Clock;
pub use frames::{StoppedFrames, frame_time};
pub use guard::{guarded, run, run_over, run_with_panics};
pub use gzip::gzip;
pub use heard::{
    Heard, code, errors, is_refusal, journal, listen, next_data, next_error, states, stream,
};
pub use observe::{Console, Left, Observed};
pub use script::{Attempt, Cors, SeenAttempt, Step, send, send_bytes};
pub use server::{Script, attacks, builder};
#[cfg(feature = "fetch")]
pub use tokens::TokenUser;
pub use transport::Transport;
pub use turns::HeldTurns;
pub use user_agent::{id_as_sent, is_firefox, is_webkit};
