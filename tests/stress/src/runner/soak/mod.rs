//! Millions of events, thousands of sources and slow consumers, in Chromium: no memory may grow.

mod cycles;
mod events;
mod gauges;
mod slow;

use std::{str::FromStr, time::Instant};

use super::print_verdict;

/// The script that counts the timers that are set on the page.
const PREPARE: &str = include_str!("../../../page/prepare.js");

/// The parts of the soak test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Events,
    Cycles,
    Slow,
}

impl Part {
    const ALL: [Self; 3] = [Self::Events, Self::Cycles, Self::Slow];

    fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Cycles => "cycles",
            Self::Slow => "slow",
        }
    }
}

impl FromStr for Part {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let part = Self::ALL.into_iter().find(|part| part.name() == name);
        part.ok_or_else(|| format!("the parts are {}", Self::ALL.map(Self::name).join(", ")))
    }
}

/// The options of one run.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// The parts to run; empty for all.
    pub(crate) parts: Vec<Part>,
}

/// Runs the parts, and returns whether nothing has grown and every dropped event was reported.
pub(crate) async fn run(options: &Options) -> bool {
    let mut faults = Vec::new();
    for part in Part::ALL {
        if !options.parts.is_empty() && !options.parts.contains(&part) {
            continue;
        }
        let began = Instant::now();
        faults.extend(match part {
            Part::Events => events::run().await,
            Part::Cycles => cycles::run().await,
            Part::Slow => slow::run().await,
        });
        println!("\n{}: {} s", part.name(), began.elapsed().as_secs());
    }
    print_verdict("soak", &faults, ["flat", "NOT FLAT"])
}

#[cfg(test)]
mod tests {
    use super::Part;

    #[test]
    fn a_part_is_parsed_from_its_name() {
        for part in Part::ALL {
            assert_eq!(part.name().parse(), Ok(part));
        }
        assert_eq!(
            "all".parse::<Part>(),
            Err("the parts are events, cycles, slow".into())
        );
    }
}
