//! What is measured, a file for each kind of task.

mod cycles;
mod growth;
mod latency;
mod payloads;
mod size;
mod streaming;

use anyhow::{Result, bail};
use typed_eventsource_harness::Page;

use super::table::Table;

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
