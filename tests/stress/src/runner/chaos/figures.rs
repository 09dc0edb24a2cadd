//! The figures of a run, as tables.

use std::{collections::BTreeMap, fmt, time::Duration};

use typed_eventsource_e2e::BrowserKind;
use typed_eventsource_harness::Table;
use typed_eventsource_server::chaos::{Ending, SeenStream};

use super::{
    check::{CheckResult, Report},
    stream::Stream,
};

/// How many faults are printed at most.
const MOST_FAULTS: usize = 20;

/// A line of the tables: a browser, a transport and a client.
type Group = (&'static str, &'static str, &'static str);

/// The sums over all streams of a group.
#[derive(Debug, Default)]
struct Sum {
    streams: u64,
    attempts: u64,
    endings: BTreeMap<Ending, u64>,
    sent: u64,
    repeated: u64,
    heard: u64,
    heard_again: u64,
    gaps_made: u64,
    gaps_reported: u64,
    missing: u64,
    undecoded: u64,
    faults: Vec<String>,
}

impl Sum {
    /// The columns of the first table.
    fn disconnects(&self) -> [(&'static str, u64); 11] {
        let ended = |ending| self.endings.get(&ending).copied().unwrap_or(0);
        let forced = self.endings.iter().filter(|(ending, _)| ending.is_forced());
        [
            ("streams", self.streams),
            ("attempts", self.attempts),
            ("disconnects", forced.map(|(_, count)| count).sum()),
            ("end", ended(Ending::End)),
            ("abort", ended(Ending::Abort)),
            ("reset", ended(Ending::Reset)),
            ("stall", ended(Ending::Stall)),
            ("restart", ended(Ending::Restart)),
            ("4xx, 5xx", ended(Ending::Status)),
            ("redirect", ended(Ending::Redirect)),
            ("left", ended(Ending::Left)),
        ]
    }

    /// The columns of the second table.
    fn events(&self) -> [(&'static str, u64); 8] {
        [
            ("events sent", self.sent),
            ("sent again", self.repeated),
            ("events heard", self.heard),
            ("heard again", self.heard_again),
            ("gaps made", self.gaps_made),
            ("gaps reported", self.gaps_reported),
            ("ids missing", self.missing),
            ("not decoded", self.undecoded),
        ]
    }
}

#[derive(Debug, Default)]
pub(crate) struct Figures {
    is_short: bool,
    sums: BTreeMap<Group, Sum>,
    runs: Vec<(BrowserKind, usize, Duration)>,
    page_errors: Vec<String>,
}

impl Figures {
    pub(crate) fn new(is_short: bool) -> Self {
        Self {
            is_short,
            ..Self::default()
        }
    }

    pub(crate) fn add(
        &mut self,
        kind: BrowserKind,
        seed: u64,
        stream: &Stream,
        (report, result): (Report, CheckResult),
        seen: &SeenStream,
    ) {
        let group = (browser_name(kind), stream.transport, stream.client);
        let sum = self.sums.entry(group).or_default();
        sum.streams += 1;
        sum.attempts += seen.attempts;
        for (&ending, count) in &seen.endings {
            *sum.endings.entry(ending).or_default() += count;
        }
        sum.sent += seen.sent;
        sum.repeated += seen.repeated;
        sum.heard += result.events;
        sum.heard_again += result.again;
        sum.gaps_made += result.gaps;
        sum.gaps_reported += report.gaps.len() as u64;
        sum.missing += result.missing;
        sum.undecoded += report.undecoded;
        let short = if self.is_short { " --short" } else { "" };
        let command = format!(
            "cargo xtask chaos --seed {seed} --stream {stream} --browser {}{short}",
            browser_name(kind)
        );
        let faults = result
            .faults
            .iter()
            .map(|fault| format!("{command}\n    {fault}"));
        sum.faults.extend(faults);
    }

    pub(crate) fn add_run(
        &mut self,
        kind: BrowserKind,
        restarts: usize,
        took: Duration,
        page_errors: Vec<String>,
    ) {
        self.runs.push((kind, restarts, took));
        let page_errors = page_errors.into_iter();
        self.page_errors.extend(
            page_errors.map(|error| format!("on the page in {}: {error}", browser_name(kind))),
        );
    }

    /// The faults, each with the command that repeats it; at most [`MOST_FAULTS`] of them.
    pub(crate) fn faults(&self) -> impl Iterator<Item = &str> {
        let faults = self.sums.values().flat_map(|sum| &sum.faults);
        faults
            .chain(&self.page_errors)
            .map(String::as_str)
            .take(MOST_FAULTS)
    }

    /// How many lines of the table are right, and how many are wrong. All pages together count as one more line.
    pub(crate) fn tally(&self) -> (usize, usize) {
        let wrong = self
            .sums
            .values()
            .filter(|sum| !sum.faults.is_empty())
            .count();
        let failed = wrong + usize::from(!self.page_errors.is_empty());
        (self.sums.len() + 1 - failed, failed)
    }

    fn table<const COUNT: usize>(
        &self,
        columns: fn(&Sum) -> [(&'static str, u64); COUNT],
    ) -> Table {
        let names = columns(&Sum::default()).map(|(name, _)| name);
        let mut table = Table::new(["browser, transport, client"].into_iter().chain(names));
        for ((browser, transport, client), sum) in &self.sums {
            let label = format!("{browser}, {transport}, {client}");
            let figures = columns(sum).map(|(_, figure)| figure.to_string());
            table.row([label].into_iter().chain(figures));
        }
        table
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (disconnects, events) = (self.table(Sum::disconnects), self.table(Sum::events));
        writeln!(to, "\n{disconnects}\n{events}")?;
        for (kind, restarts, took) in &self.runs {
            let (name, seconds) = (browser_name(*kind), took.as_secs());
            writeln!(to, "{name}: {seconds} s, {restarts} restarts of servers")?;
        }
        Ok(())
    }
}

pub(crate) fn browser_name(kind: BrowserKind) -> &'static str {
    match kind {
        BrowserKind::Chromium => "chrome",
        BrowserKind::Firefox => "firefox",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_the_command_that_repeats_it() {
        for (is_short, end) in [(false, "chrome"), (true, "chrome --short")] {
            let mut figures = Figures::new(is_short);
            let stream = Stream::of_all_kinds(1)[0];
            let result = CheckResult {
                faults: vec!["1 came after 9".into()],
                ..CheckResult::default()
            };
            let checked = (Report::default(), result);
            figures.add(
                BrowserKind::Chromium,
                7,
                &stream,
                checked,
                &SeenStream::default(),
            );
            let command = format!("cargo xtask chaos --seed 7 --stream {stream} --browser {end}");
            let faults: Vec<_> = figures.faults().collect();
            assert_eq!(faults, [format!("{command}\n    1 came after 9")]);
        }
    }
}
