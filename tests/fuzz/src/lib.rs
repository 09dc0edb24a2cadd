//! Any bytes, given to what decides in the crate, and checked against models.
//!
//! | target | of any input |
//! | --- | --- |
//! | `parser` | in any chunks, with any limit: the parser reads what the model of the standard's text reads |
//! | `records` | in any chunks, while names come and go: JavaScript is told the same, and misses nothing by going back |
//! | `payloads` | `Text`, `Bytes` and JSON decode to what they stand for, or to an error |
//! | `variants` | any name and any data: an enum decodes as serde_json has its variants, each alone |
//! | `policy` | any policy, any life of a source, alone or as a subscriber: closed is closed, limits are exact, no wait is too short |
//!
//! `cargo xtask fuzz parser --minutes 30` runs one, on the stable toolchain: from `seeds/parser.txt`, a line of base64
//! each, into `corpus/parser`, which is yours. `cargo xtask fuzz parser --minimise` then replaces the seeds: as few
//! as reach the same branches.
//!
//! What fails is left in `artifacts/parser`. With its fix it becomes a line of `seeds/regressions/parser.txt`, which
//! nothing else writes to: `base64 -w0 tests/fuzz/artifacts/parser/crash-… >> …`, and a line break. So does what fails
//! where a rule of the core is broken on purpose, if no seed does. The ordinary tests replay both files
//! (`tests/seeds.rs`), without libFuzzer.
//!
//! The crate's own files are in here where it does not export what they have.

#[path = "../../../src/decode_error.rs"]
#[allow(dead_code, unreachable_pub, reason = "the crate needs more of it")]
mod decode_error;
#[path = "../../../src/error.rs"]
#[allow(dead_code, unreachable_pub, reason = "the crate needs more of it")]
mod error;
#[path = "../../../src/event.rs"]
#[allow(dead_code, unreachable_pub, reason = "the crate needs more of it")]
mod event;
#[path = "../../../core/src/parser/tests/model.rs"]
mod model;
#[path = "../../../src/payload/mod.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the crate needs more of it"
)]
mod payload;
#[path = "../../../core/src/parser/tests/reading.rs"]
mod reading;
#[path = "../../../core/src/session/tests/model/mod.rs"]
mod session_model;
pub mod targets;
#[path = "../../../src/variants.rs"]
#[allow(unreachable_pub, reason = "the crate exports more of it")]
mod variants;

use decode_error::DecodeError;
use error::Error;
use event::{Event, UndecodedEvent};
use payload::Payload;
// The core's own tests ask for it here.
use typed_eventsource_core::{
    At, Backoff, CloseReason, Decision, EventOutcome, Failure, FailureClass, Gap, IdField, Input,
    LimitAction, LimitReached, Loss, Options, Output, Policy, ReceivedEvent, Report, Session, Span,
    State, TimeLimit, Timestamp, Transport, Unfinished,
    parser::{Item, ParsedEvent, Parser, Scalar, TooLarge},
};
