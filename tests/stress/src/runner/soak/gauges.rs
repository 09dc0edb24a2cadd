//! Gauges: what a page holds at a moment.

use std::time::Instant;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use typed_eventsource_e2e::BrowserKind;
use typed_eventsource_harness::Table;

use crate::runner::stage::{CONTENDERS, Contender, Heap, Stage, on_stage};

/// By how much the objects may grow, in KiB. Two readings of the same page differ by some ten, since the browser compiles and
/// caches code. On a busy page they differ by a hundred and ten, since the browser notes long tasks. A leak of one byte for each
/// of five million events would be five thousand, and a leak of a hundred bytes for each of five thousand sources five hundred.
const OBJECTS_TOLERANCE: f64 = 256.0;
/// By how much the buffers may grow, in KiB. The last chunk and its text stay until the next chunk is read; together they have more
/// than two hundred. A leak of one byte for each event would be five thousand.
const BUFFERS_TOLERANCE: f64 = 512.0;

/// What a page holds after a collection of garbage.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Gauges {
    /// The wasm memories of the npm package and of the client in Rust, in pages of 64 KiB.
    npm: f64,
    rust: f64,
    heap: Heap,
    /// The listeners of the DOM on the whole page.
    listeners: f64,
    /// The timers that are set.
    timers: f64,
    /// The connections of sources, as the server sees them.
    sockets: f64,
}

/// The gauges that the page reads.
#[derive(Deserialize)]
struct PageGauges {
    npm: f64,
    rust: f64,
    timers: f64,
}

/// The reading of one gauge.
struct Reading {
    name: &'static str,
    value: f64,
    /// By how much the reading may grow.
    tolerance: f64,
}

impl Gauges {
    pub(super) async fn read(stage: &Stage) -> Result<Self> {
        let heap = stage.heap().await?.context("no Chromium")?;
        let PageGauges { npm, rust, timers } = stage.page.call("soak.gauges", Value::Null).await?;
        let browser = stage.page.browser();
        let counters = browser.devtools("Memory.getDOMCounters", json!({})).await;
        let listeners = counters["jsEventListeners"].as_f64();
        Ok(Self {
            npm,
            rust,
            heap,
            listeners: listeners.context("no number of listeners")?,
            timers,
            sockets: stage.stream_server.connections() as f64,
        })
    }

    fn readings(&self) -> [Reading; 7] {
        let reading = |name, value: f64, tolerance| Reading {
            name,
            value: value.round(),
            tolerance,
        };
        [
            reading("wasm pages, npm", self.npm, 0.0),
            reading("wasm pages, Rust", self.rust, 0.0),
            reading("heap, KiB", self.heap.objects, OBJECTS_TOLERANCE),
            reading("buffers, KiB", self.heap.buffers, BUFFERS_TOLERANCE),
            reading("DOM listeners", self.listeners, 0.0),
            reading("timers", self.timers, 0.0),
            reading("sockets", self.sockets, 0.0),
        ]
    }
}

/// The gauges of a contender at the start, in the middle and at the end of a run.
#[derive(Debug)]
pub(super) struct Measurement {
    pub(super) gauges: [Gauges; 3],
    /// How long the run took, in seconds.
    pub(super) took: f64,
}

impl Measurement {
    /// Reads the gauges before, between and after the two halves of a run. The function gets the number of the half.
    pub(super) async fn measure(
        stage: &Stage,
        half: impl AsyncFn(u32) -> Result<()>,
    ) -> Result<Self> {
        let mut gauges = [Gauges::read(stage).await?; 3];
        let mut took = 0.0;
        for number in 1..=2 {
            let began = Instant::now();
            half(number).await?;
            took += began.elapsed().as_secs_f64();
            gauges[number as usize] = Gauges::read(stage).await?;
        }
        Ok(Self { gauges, took })
    }

    /// The gauges that have grown, over the whole run or in its second half.
    fn faults(&self) -> impl Iterator<Item = String> {
        self.readings().filter_map(|[start, middle, end]| {
            let most = end.tolerance;
            let has_grown = end.value - start.value > most || end.value - middle.value > most;
            has_grown.then(|| format!("{} {}", end.name, arrows([&start, &middle, &end])))
        })
    }

    fn cells(&self, contender: Contender) -> impl Iterator<Item = String> {
        let values = self.readings().map(|readings| arrows(readings.each_ref()));
        [contender.to_string()]
            .into_iter()
            .chain(values)
            .chain([format!("{:.0}", self.took)])
    }

    fn readings(&self) -> impl Iterator<Item = [Reading; 3]> + use<> {
        let [start, middle, end] = self.gauges.map(|gauges| gauges.readings());
        let readings = start.into_iter().zip(middle).zip(end);
        readings.map(|((start, middle), end)| [start, middle, end])
    }
}

/// The values with arrows between them.
fn arrows(readings: [&Reading; 3]) -> String {
    readings
        .map(|reading| reading.value.to_string())
        .join(" → ")
}

/// Measures each contender, and prints its gauges as soon as they are read. Returns what has grown.
pub(super) async fn compare(
    what: &str,
    measure: impl AsyncFn(&Stage, Contender) -> Result<Measurement>,
) -> Vec<String> {
    println!("\n{what}: at the start, in the middle, at the end\n");
    let names = Gauges::default().readings().map(|reading| reading.name);
    let head = ["transport, client"].into_iter().chain(names);
    let mut table = Table::new(head.chain(["seconds"]));
    let mut faults = Vec::new();
    for contender in CONTENDERS {
        let outcome = on_stage(BrowserKind::Chromium, async |stage| {
            measure(stage, contender).await
        });
        let found: Vec<_> = match outcome.await {
            Ok((measurement, page_errors)) => {
                table.print_row(measurement.cells(contender));
                measurement.faults().chain(page_errors).collect()
            }
            Err(error) => vec![format!("{error:#}")],
        };
        faults.extend(found.iter().map(|fault| format!("{contender}: {fault}")));
    }
    print!("\n{table}");
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(change: fn(&mut Gauges, f64)) -> Vec<String> {
        let gauges = [0.0, 1.0, 2.0].map(|amount| {
            let mut gauges = Gauges::default();
            change(&mut gauges, amount);
            gauges
        });
        let took = 0.0;
        Measurement { gauges, took }.faults().collect()
    }

    #[test]
    fn a_gauge_that_grows_is_a_fault() {
        assert_eq!(
            faults(|gauges, n| gauges.rust += n),
            ["wasm pages, Rust 0 → 1 → 2"]
        );
        assert_eq!(faults(|gauges, n| gauges.timers += n), ["timers 0 → 1 → 2"]);
        let objects = |gauges: &mut Gauges, n| gauges.heap.objects += 200.0 * n;
        assert_eq!(faults(objects), ["heap, KiB 0 → 200 → 400"]);
        let buffers = |gauges: &mut Gauges, n| gauges.heap.buffers += 300.0 * n;
        assert_eq!(faults(buffers), ["buffers, KiB 0 → 300 → 600"]);
    }

    #[test]
    fn the_growth_of_a_browsers_caches_is_no_fault() {
        assert!(faults(|gauges, n| gauges.heap.objects += 100.0 * n).is_empty());
        assert!(faults(|gauges, n| gauges.heap.buffers += 200.0 * n).is_empty());
        assert!(faults(|gauges, n| gauges.sockets -= n).is_empty());
    }
}
