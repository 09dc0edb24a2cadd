//! Any bytes, given to what decides in the crate, and checked against models.
//!
//! | target | of any input |
//! | --- | --- |
//! | `parser` | in any chunks, with any limit: the parser hears what the model of the standard's text hears |
//! | `records` | in any chunks, while names come and go: JavaScript is told the same, and misses nothing by going back |
//! | `payloads` | `Text`, `Bytes` and JSON decode to what they stand for, or to an error |
//! | `variants` | any name and any data: an enum decodes as serde_json has its variants, each by itself |
//! | `policy` | any policy, any life of a source: closed is closed, limits are exact, no wait is shorter than it may be |
//!
//! `cargo xtask fuzz parser --minutes 30` runs one, on the stable toolchain: from `seeds/parser.txt`, a line of base64
//! each, into `corpus/parser`, which is yours. `cargo xtask fuzz parser --minimise` then writes the seeds anew: as few
//! as reach the same branches.
//!
//! What fails is left in `artifacts/parser`. With its fix it becomes a line of `seeds/regressions/parser.txt`, which
//! nothing writes anew: `base64 -w0 tests/fuzz/artifacts/parser/crash-… >> …`, and a line break. The ordinary tests
//! replay both files (`tests/seeds.rs`), without libFuzzer.
//!
//! The files are the crate's own, so that it need not export them.

extern crate alloc;

#[path = "../../../src/error.rs"]
#[allow(dead_code, unreachable_pub, reason = "the crate needs more of it")]
mod error;
#[path = "../../../src/event.rs"]
#[allow(dead_code, unreachable_pub, reason = "the crate needs more of it")]
mod event;
#[path = "../../../src/parser/tests/model.rs"]
mod model;
#[path = "../../../npm/parser/src/page.rs"]
mod page;
#[path = "../../../src/parser/mod.rs"]
#[allow(dead_code, reason = "the crate needs more of it")]
mod parser;
#[path = "../../../src/payload/mod.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the crate needs more of it"
)]
mod payload;
#[path = "../../../src/policy/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "the crate needs more of it")]
mod policy;
#[path = "../../../src/parser/tests/reading.rs"]
mod reading;
#[path = "../../../npm/parser/src/stream/mod.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    unfulfilled_lint_expectations,
    reason = "JavaScript needs more of it"
)]
mod stream;
pub mod targets;
#[path = "../../../src/variants.rs"]
mod variants;

use error::{DecodeError, Error};
use event::{Event, UndecodedEvent};
// What reads for the parser's own tests asks for it here.
use parser::{Frame, Item, Parser, TooLarge};
