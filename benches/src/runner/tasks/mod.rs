//! What is measured, a file for each kind of task.

mod cycles;
mod growth;
mod latency;
mod payloads;
mod size;
mod streaming;

use anyhow::{Result, bail};
use serde::Deserialize;
use typed_eventsource_harness::Page;

use super::table::Table;

/// What the page tells of events that it has heard.
#[derive(Deserialize)]
struct Timing {
    /// Milliseconds.
    elapsed: f64,
    /// Of the events' weights, or of the bytes.
    sum: f64,
}

/// The page's memory, in bytes.
#[derive(Deserialize)]
struct Memory {
    heap: f64,
    npm: f64,
    rust: f64,
}

/// Runs the task of this name.
pub(crate) async fn run(name: &str, page: &Page, rounds: usize) -> Result<Vec<Table>> {
    match name {
        "typed" => streaming::typed(page, rounds).await,
        "unlistened" => streaming::unlistened(page, rounds).await,
        "large" => streaming::large(page, rounds).await,
        "multi-line" => streaming::multi_line(page, rounds).await,
        "latency" => latency::run(page, rounds).await,
        "open-close" => cycles::run(page, rounds).await,
        "growth" => growth::run(page, rounds).await,
        "size" => size::run(),
        _ => bail!("there is no such task"),
    }
}
