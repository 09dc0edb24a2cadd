//! The streams that clients follow.

use std::{fmt, str::FromStr};

use itertools::iproduct;
use serde_json::{Value, json};

/// How many ids a client remembers: more than the server repeats.
const WINDOW: u64 = 64;
/// The limit on silence, in milliseconds. Chunks are never so late, even if the page is busy.
const IDLE: u64 = 1000;
/// The limit on opening, in milliseconds. No request waits so long for one of the browser's connections.
const OPENING: u64 = 4000;

const TRANSPORTS: [&str; 2] = ["browser", "fetch"];
const CLIENTS: [&str; 2] = ["js", "rust"];
const REPEATS: [&str; 2] = ["once", "plain"];
const HISTORIES: [&str; 2] = ["whole", "lossy"];
const RESUMES: [&str; 2] = ["header", "parameter"];

/// A stream, and how a client follows it. Its name says both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Stream {
    pub(crate) transport: &'static str,
    /// The language of the client.
    pub(crate) client: &'static str,
    /// `once` with de-duplication, `plain` without.
    repeats: &'static str,
    /// `lossy` if the server forgets events, otherwise `whole`.
    history: &'static str,
    /// How the server gets the last event id.
    resumes: &'static str,
    number: u32,
}

impl Stream {
    /// `count` streams of each kind.
    pub(crate) fn of_all_kinds(count: u32) -> Vec<Self> {
        (0..count).flat_map(Self::of_each_kind).collect()
    }

    fn of_each_kind(number: u32) -> impl Iterator<Item = Self> {
        let kinds = iproduct!(TRANSPORTS, CLIENTS, REPEATS, HISTORIES, RESUMES);
        kinds.map(move |(transport, client, repeats, history, resumes)| Self {
            transport,
            client,
            repeats,
            history,
            resumes,
            number,
        })
    }

    pub(crate) fn deduplicates(&self) -> bool {
        self.repeats == "once"
    }

    /// The name with the seed, since the page may follow a stream of the same name with another seed.
    pub(crate) fn name_with_seed(&self, seed: u64) -> String {
        format!("{self}, seed {seed}")
    }

    /// The task of the page.
    pub(crate) fn task(&self, origin: &str, seed: u64, events: u64) -> Value {
        let lossy = self.history == "lossy";
        // An event without an id would be taken for a repeated one, and be left out.
        let bare = !self.deduplicates();
        json!({
            "name": self.name_with_seed(seed),
            "url": format!("{origin}/chaos/{self}?seed={seed}&events={events}&lossy={lossy}&bare={bare}"),
            "transport": self.transport,
            "client": self.client,
            "deduplicate": self.deduplicates().then_some(WINDOW),
            "resumes": self.resumes,
            "idle": IDLE,
            "opening": OPENING,
        })
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            transport,
            client,
            repeats,
            history,
            resumes,
            number,
        } = self;
        write!(
            to,
            "{transport}-{client}-{repeats}-{history}-{resumes}-{number}"
        )
    }
}

impl FromStr for Stream {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let number = name.split('-').next_back().map(str::parse);
        let mut kinds = number
            .and_then(Result::ok)
            .into_iter()
            .flat_map(Self::of_each_kind);
        kinds
            .find(|stream| stream.to_string() == name)
            .ok_or("a stream is named like browser-js-once-whole-header-0")
    }
}

#[cfg(test)]
mod tests {
    use super::Stream;

    #[test]
    fn a_stream_is_parsed_from_its_name() {
        let all = Stream::of_all_kinds(2);
        assert_eq!(all.len(), 64);
        for stream in all {
            assert_eq!(stream.to_string().parse(), Ok(stream));
        }
        assert!("browser-js-once-whole-header".parse::<Stream>().is_err());
    }
}
