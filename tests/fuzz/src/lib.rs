//! Fuzz targets, which check the code against models.
//!
//! | target | what it checks |
//! | --- | --- |
//! | `parser` | the parser reads any bytes, in any chunks and with any limit, as the model of the standard's text does |
//! | `records` | JavaScript gets the same events while listeners of names are added and removed, and misses none after it has gone back in a chunk |
//! | `payloads` | `Text`, `Bytes` and JSON decode any data to what it stands for, or to an error |
//! | `variants` | an enum decodes an event of any name and any data as serde_json decodes its variants |
//! | `policy` | the session keeps its promises, for any policy and any happenings, alone or as a sharer: nothing follows the close, limits are exact, no wait is too short |
//!
//! `cargo xtask fuzz parser --minutes 30` runs a target, on the stable toolchain. It starts from `seeds/parser.txt`, where each
//! line is an input in base64, and writes what it finds to `corpus/parser`, which is not in the repository.
//! `cargo xtask fuzz parser --minimise` then replaces the seeds by the fewest inputs that reach the same branches.
//!
//! An input that fails is left in `artifacts/parser`. With the fix, add it as a line of `seeds/regressions/parser.txt`, to which
//! no command writes: `base64 -w0 tests/fuzz/artifacts/parser/crash-… >> …`, and a line break. Add also an input that fails when
//! a rule of the core is broken on purpose, if no seed does. The ordinary tests replay both files without libFuzzer
//! (`tests/seeds.rs`).
//!
//! This package includes files of the crate that the crate does not export.

#[path = "../../../src/decode_error.rs"]
#[allow(dead_code, unreachable_pub, reason = "only the crate needs all of it")]
mod decode_error;
#[path = "../../../src/error/mod.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "only the crate needs all of it"
)]
mod error;
#[path = "../../../src/event.rs"]
#[allow(dead_code, unreachable_pub, reason = "only the crate needs all of it")]
mod event;
#[path = "../../../core/src/parser/tests/model.rs"]
mod model;
#[path = "../../../src/payload/mod.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "only the crate needs all of it"
)]
mod payload;
#[path = "../../../core/src/parser/tests/reading.rs"]
mod reading;
#[path = "../../../core/src/session/tests/model/mod.rs"]
mod session_model;
pub mod targets;
#[path = "../../../src/variants/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "only the crate needs all of it")]
mod variants;

use decode_error::DecodeError;
use error::Error;
use event::{Event, UndecodedEvent};
use payload::Payload;
// The included tests of the core import these from the root.
use typed_eventsource_core::{
    At, Backoff, CloseReason, Decision, EventOutcome, Failure, FailureClass, Gap, IdField, Input,
    LimitAction, LimitReached, Loss, Options, Output, Policy, ReceivedEvent, Report, Session, Span,
    State, TimeLimit, Timestamp, Transport, Unfinished,
    parser::{Item, ParsedEvent, Parser, Scalar, TooLarge},
};
