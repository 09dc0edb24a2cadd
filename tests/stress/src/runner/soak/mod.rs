//! Millions of events, thousands of sources and consumers that are too slow, in Chromium: nothing grows.

mod cycles;
mod events;
mod gauges;
mod slow;

use std::{str::FromStr, time::Instant};

use super::judge;

/// Counts the timers that are set on the page.
const PREPARE: &str = include_str!("../../../page/prepare.js");

/// What there is to soak.
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

/// What one run is asked to do.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// All when it is empty.
    pub(crate) parts: Vec<Part>,
}

/// Answers whether all was flat and told.
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
    judge("soak", &faults, ["flat", "NOT FLAT"])
}

#[cfg(test)]
mod tests {
    use super::Part;

    #[test]
    fn a_part_is_known_by_its_name() {
        for part in Part::ALL {
            assert_eq!(part.name().parse(), Ok(part));
        }
        assert_eq!(
            "all".parse::<Part>(),
            Err("the parts are events, cycles, slow".into())
        );
    }
}
