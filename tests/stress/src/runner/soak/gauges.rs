//! What a page holds at a moment.

use std::fmt;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Stage;
use crate::runner::table::Table;

/// By how much the heap may differ, in KiB. Two collections of the same page differ by some ten, as the browser compiles and
/// caches what it runs; a leak of one byte for each of five million events would come to five thousand, one of a hundred
/// bytes for each of five thousand sources to five hundred.
const TOLERANCE: f64 = 256.0;

/// What a page holds, once its garbage is collected.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Gauges {
    /// The pages (64 KiB) of the wasm memory in the npm package, and in the client in Rust.
    npm: f64,
    rust: f64,
    /// What is in use of the JavaScript heap, in KiB.
    heap: f64,
    /// Listeners to the DOM's events, on the whole page.
    listeners: f64,
    /// Timers that are set.
    timers: f64,
    /// Connections of sources, as their server sees them.
    sockets: f64,
}

#[derive(Deserialize)]
struct OnPage {
    npm: f64,
    rust: f64,
    timers: f64,
}

impl Gauges {
    pub(super) async fn read(stage: &Stage) -> Result<Self> {
        let browser = stage.page.browser();
        // What one collection lets go of, the next one takes.
        for _ in 0..3 {
            browser
                .devtools("HeapProfiler.collectGarbage", json!({}))
                .await;
        }
        let OnPage { npm, rust, timers } = stage.page.call("soak.gauges", Value::Null).await?;
        let heap = browser.devtools("Runtime.getHeapUsage", json!({})).await;
        let counters = browser.devtools("Memory.getDOMCounters", json!({})).await;
        let number = |value: &Value| value.as_f64().context("no number");
        Ok(Self {
            npm,
            rust,
            heap: number(&heap["usedSize"])? / 1024.0,
            listeners: number(&counters["jsEventListeners"])?,
            timers,
            sockets: stage.streams.connections() as f64,
        })
    }

    /// All of wasm and JavaScript, in KiB.
    pub(super) fn memory(&self) -> f64 {
        (self.npm + self.rust) * 64.0 + self.heap
    }

    fn columns(&self) -> [(&'static str, f64); 6] {
        [
            ("wasm pages, npm", self.npm),
            ("wasm pages, Rust", self.rust),
            ("JS heap, KiB", self.heap.round()),
            ("DOM listeners", self.listeners),
            ("timers", self.timers),
            ("sockets", self.sockets),
        ]
    }
}

/// The gauges of a contender at the start, in the middle and at the end.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) label: String,
    pub(super) gauges: [Gauges; 3],
    /// For how long it went, in seconds.
    pub(super) took: f64,
}

impl Course {
    /// What has grown, all the way or from the middle on.
    pub(super) fn faults(&self) -> impl Iterator<Item = String> {
        let [start, middle, end] = self.gauges.map(|gauges| gauges.columns());
        let columns = start.into_iter().zip(middle).zip(end);
        columns.filter_map(|(((name, start), (_, middle)), (_, end))| {
            let tolerance = if name.starts_with("JS heap") {
                TOLERANCE
            } else {
                0.0
            };
            let has_grown = end - start > tolerance || end - middle > tolerance;
            has_grown.then(|| format!("{}: {name} {start} → {middle} → {end}", self.label))
        })
    }
}

/// The courses side by side.
pub(super) struct Courses<'a>(pub(super) &'a [Course]);

impl fmt::Display for Courses<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Gauges::default().columns().map(|(name, _)| name);
        let head = ["transport, client"]
            .into_iter()
            .chain(names)
            .chain(["seconds"]);
        let mut table = Table::new(head);
        for Course {
            label,
            gauges,
            took,
        } in self.0
        {
            let [start, middle, end] = gauges.map(|gauges| gauges.columns());
            let cells = start.into_iter().zip(middle).zip(end);
            let cells = cells
                .map(|(((_, start), (_, middle)), (_, end))| format!("{start} → {middle} → {end}"));
            let cells = [label.clone()].into_iter().chain(cells);
            table.row(cells.chain([format!("{took:.0}")]));
        }
        write!(to, "{table}")
    }
}
