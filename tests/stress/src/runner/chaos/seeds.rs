//! The seeds of the short form.

use anyhow::{Result, anyhow};

use super::Stream;

/// The one for all streams.
pub(crate) const SHORT: u64 = 7;

/// Those that once showed a fault, each with its stream.
const PINNED: [(u64, &str); 2] = [
    // An event without an id made a source that was opened again forget where it was.
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
