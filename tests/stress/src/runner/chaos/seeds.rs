//! The seeds of short runs.

use anyhow::{Result, anyhow};

use super::Stream;

/// The seed of a short run, unless the command line has one. The pinned streams have other seeds.
pub(crate) const SHORT: u64 = 7;

/// The seeds that once showed a fault, each with its stream.
const PINNED: [(u64, &str); 2] = [
    // An event without an id made a reopened source forget its position.
    (8, "browser-js-plain-whole-parameter-0"),
    (9, "browser-js-plain-whole-parameter-3"),
];

pub(crate) fn pinned() -> Result<Vec<(u64, Stream)>> {
    let parse = |(seed, name): (u64, &str)| {
        let stream = name.parse().map_err(|error| anyhow!("{name}: {error}"))?;
        Ok((seed, stream))
    };
    PINNED.into_iter().map(parse).collect()
}
