//! The tasks, with a file for each kind.

mod first_event;
mod growth;
mod latency;
mod open_close;
mod parsers;
mod payloads;
pub(super) mod size;
mod streaming;
mod tiny_chunks;

use anyhow::{Result, bail};
use serde::Deserialize;
use typed_eventsource_harness::Page;

use super::table::Table;

/// What the page answers when it has received all events.
#[derive(Deserialize)]
struct Timing {
    /// The milliseconds up to the last event.
    elapsed: f64,
    /// The sum of the events' checksums; for *bytes only*, the number of bytes.
    sum: f64,
}

/// The page's memory, in bytes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Memory {
    /// The JavaScript heap.
    heap: f64,
    /// The wasm memory of the npm package.
    npm_wasm: f64,
    /// The wasm memory of the contenders in Rust.
    rust_wasm: f64,
}

/// Runs the task of this name.
pub(crate) async fn run(name: &str, page: &Page, rounds: usize) -> Result<Vec<Table>> {
    match name {
        "first-event" => first_event::run(page, rounds).await,
        "typed" => streaming::typed(page, rounds).await,
        "unlistened" => streaming::unlistened(page, rounds).await,
        "large" => streaming::large(page, rounds).await,
        "multi-line" => streaming::multi_line(page, rounds).await,
        "tiny-chunks" => tiny_chunks::run(page, rounds).await,
        "latency" => latency::run(page, rounds).await,
        "open-close" => open_close::run(page, rounds).await,
        "parsers" => parsers::run(page, rounds).await,
        "growth" => growth::run(page, rounds).await,
        "size" => size::run(),
        _ => bail!("there is no such task"),
    }
}
