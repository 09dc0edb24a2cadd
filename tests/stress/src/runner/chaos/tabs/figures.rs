//! The figures of all runs, as tables.

use std::fmt;

use typed_eventsource_harness::Table;

use super::{Run, browser_name};

/// How many faults, and how many long times without events, are printed of a run at most.
const MOST_PRINTED: usize = 10;

#[derive(Debug, Default)]
pub(crate) struct Figures(Vec<Run>);

impl Figures {
    pub(super) fn add_all(&mut self, runs: impl IntoIterator<Item = Run>) {
        self.0.extend(runs);
    }

    /// How many runs are right, and how many are wrong.
    pub(crate) fn tally(&self) -> (usize, usize) {
        let failed = self.0.iter().filter(|run| !run.sum.faults.is_empty());
        let failed = failed.count();
        (self.0.len() - failed, failed)
    }

    fn steps(&self) -> Table {
        let mut kinds: Vec<_> = self.0.iter().flat_map(|run| run.sum.kinds.keys()).collect();
        kinds.sort();
        kinds.dedup();
        let names = kinds.iter().map(ToString::to_string);
        let mut table = Table::new(["steps".to_owned()].into_iter().chain(names));
        for run in &self.0 {
            let counts = kinds
                .iter()
                .map(|kind| run.sum.kinds.get(kind).unwrap_or(&0));
            let counts = counts.map(ToString::to_string);
            table.row([run.to_string()].into_iter().chain(counts));
        }
        table
    }

    fn sums(&self) -> Table {
        let mut table = Table::new([
            "browser, way",
            "steps",
            "tabs",
            "events",
            "lost",
            "repeated",
            "connections opened",
            "most at a time",
            "longest surplus",
            "longest without events",
            "longest arrival",
            "kept pages",
            "closed after",
            "seconds",
        ]);
        for run in &self.0 {
            let sum = &run.sum;
            let millis = |time: std::time::Duration| format!("{} ms", time.as_millis());
            table.row([
                run.to_string(),
                sum.kinds.values().sum::<u64>().to_string(),
                sum.tabs().to_string(),
                sum.events.to_string(),
                sum.lost.to_string(),
                sum.repeated.to_string(),
                sum.opened.to_string(),
                sum.connections.most.to_string(),
                millis(sum.connections.longest_surplus),
                millis(sum.longest),
                millis(sum.arrival),
                sum.kept_pages.to_string(),
                millis(sum.closing),
                sum.took.as_secs().to_string(),
            ]);
        }
        table
    }
}

impl fmt::Display for Run {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}, {}", browser_name(self.browser), self.way)
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(to, "\n{}\n{}", self.steps(), self.sums())?;
        for run in &self.0 {
            for silence in run.sum.silences.iter().take(MOST_PRINTED) {
                writeln!(to, "{run}: {silence}")?;
            }
            for fault in run.sum.faults.iter().take(MOST_PRINTED) {
                writeln!(to, "{}\n    {fault}", run.command)?;
            }
        }
        Ok(())
    }
}
