//! What the tests are written with.

mod guard;
mod heard;
mod observe;
mod script;
mod server;

pub(crate) use guard::{guarded, run};
pub(crate) use heard::{Heard, errors, journal, listen, next_data, next_error, states, stream};
pub(crate) use observe::{Console, Left, Observed};
pub(crate) use script::{Attempt, Cors, Step, send};
pub(crate) use server::Script;
