//! What the tabs of a run have heard, and its faults.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{
    plan::{Kind, Number, Step},
    play::Taken,
    watch::Connections,
    way::Way,
};

/// The longest time with more connections than there should be. A tab may catch up over a separate one, for five seconds at most.
const LONGEST_SURPLUS: Duration = Duration::from_secs(8);
/// How long after the last tab the connection may be open.
const LATEST_CLOSING: Duration = Duration::from_secs(2);
/// How many steps are printed with a fault.
const LAST_STEPS: usize = 20;

/// How long a tab may be without events.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) living: Duration,
    /// One that was opened, or that was frozen, suspended or not shown and has gone on.
    pub(crate) arrived: Duration,
}

/// The sum of a run.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    pub(crate) kinds: BTreeMap<Kind, u64>,
    pub(crate) events: u64,
    pub(crate) lost: u64,
    pub(crate) repeated: u64,
    /// How many pages came back from the back/forward cache.
    pub(crate) kept_pages: u64,
    /// The longest time without events of a tab that lives.
    pub(crate) longest: Duration,
    /// The longest time until the first event of a tab that was opened or has gone on.
    pub(crate) arrival: Duration,
    pub(crate) connections: Connections,
    /// How many connections were opened.
    pub(crate) opened: usize,
    /// After what time the connection was closed.
    pub(crate) closing: Duration,
    pub(crate) took: Duration,
    /// The times without events that are too long, as texts. On a busy machine they are no faults.
    pub(crate) silences: Vec<String>,
    pub(crate) faults: Vec<String>,
    steps: VecDeque<String>,
}

impl Sum {
    pub(crate) fn note_step(&mut self, step: Step) {
        *self.kinds.entry(step.kind).or_default() += 1;
        self.steps.push_back(format!("{} {step}", now()));
        if self.steps.len() > LAST_STEPS {
            self.steps.pop_front();
        }
    }

    pub(crate) fn tabs(&self) -> u64 {
        self.kinds.get(&Kind::Open).copied().unwrap_or(0)
    }

    /// Adds what a tab has heard.
    pub(crate) fn add(&mut self, tab: Number, taken: &Taken) {
        self.events += taken.events;
        self.lost += taken.lost;
        self.repeated += taken.repeated;
        let time = |millis: f64| Duration::from_secs_f64(millis.max(0.0) / 1000.0);
        self.longest = self.longest.max(time(taken.longest));
        self.arrival = self.arrival.max(time(taken.arrival));
        let silences = taken.silences.iter();
        self.silences
            .extend(silences.map(|silence| format!("tab {tab} heard nothing for {silence}")));
        for fault in &taken.faults {
            self.add_fault(&format!("tab {tab}: {fault}"));
        }
    }

    /// Adds a fault, with the steps before it.
    pub(crate) fn add_fault(&mut self, fault: &str) {
        let steps = self.steps.iter().map(|step| format!("\n        {step}"));
        let steps: String = steps.collect();
        self.faults.push(format!("{fault}; the last steps:{steps}"));
    }

    /// Adds the faults that the figures show.
    pub(crate) fn check(&mut self, way: Way, limits: Limits) {
        let surplus = match way {
            Way::Own => Duration::ZERO,
            _ => self.connections.longest_surplus,
        };
        for (what, time, limit) in [
            (
                "the longest time without events",
                self.longest,
                limits.living,
            ),
            ("the longest arrival", self.arrival, limits.arrived),
            (
                "the longest time with several connections",
                surplus,
                LONGEST_SURPLUS,
            ),
            (
                "the time until the connection was closed",
                self.closing,
                LATEST_CLOSING,
            ),
        ] {
            if time > limit {
                self.add_fault(&format!("{what}, {time:.1?}, is longer than {limit:?}"));
            }
        }
    }
}

/// Milliseconds since 1970, as the pages have them.
fn now() -> u128 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_millis()
}
