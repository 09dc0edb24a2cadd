//! Who takes part.

/// One way to read event streams.
#[derive(Debug)]
pub(crate) struct Contender {
    /// What the page knows it by.
    pub(crate) key: &'static str,
    /// What people know it by.
    pub(crate) label: &'static str,
    pub(crate) pace: Pace,
}

/// How much it can be asked to read in a round, so that each is busy for about as long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    Slow,
    Fast,
    /// For those that make nothing of what they read.
    Limit,
}

/// Those that hand over events. The first is what the others are compared with.
pub(crate) const CLIENTS: [Contender; 11] = [
    Contender {
        key: "browser",
        label: "browser's EventSource + JSON.parse, JavaScript",
        pace: Pace::Slow,
    },
    Contender {
        key: "web-sys",
        label: "browser's EventSource by web-sys + serde_json, Rust",
        pace: Pace::Slow,
    },
    Contender {
        key: "gloo",
        label: "gloo-net 0.7.0 + serde_json, Rust",
        pace: Pace::Slow,
    },
    Contender {
        key: "fetch-event-source",
        label: "@microsoft/fetch-event-source 2.0.1 + JSON.parse, JavaScript",
        pace: Pace::Slow,
    },
    Contender {
        key: "eventsource",
        label: "eventsource 5.1.5 + JSON.parse, JavaScript",
        pace: Pace::Slow,
    },
    Contender {
        key: "eventsource-client",
        label: "eventsource-client 1.2.0 + JSON.parse, JavaScript",
        pace: Pace::Fast,
    },
    Contender {
        key: "eventsource-parser",
        label: "eventsource-parser 4.1.3 on fetch + JSON.parse, JavaScript",
        pace: Pace::Fast,
    },
    Contender {
        key: "ours-js-browser",
        label: "typed-eventsource, browser transport, JavaScript",
        pace: Pace::Slow,
    },
    Contender {
        key: "ours-rust-browser",
        label: "typed-eventsource, browser transport, Rust",
        pace: Pace::Slow,
    },
    Contender {
        key: "ours-js-fetch",
        label: "typed-eventsource, fetch transport, JavaScript",
        pace: Pace::Fast,
    },
    Contender {
        key: "ours-rust-fetch",
        label: "typed-eventsource, fetch transport, Rust",
        pace: Pace::Fast,
    },
];

/// The limit of what goes through fetch: it reads the bytes and throws them away.
pub(crate) const BYTES: Contender = Contender {
    key: "bytes",
    label: "bytes only: fetch, read and throw away",
    pace: Pace::Limit,
};

/// The limit of the server.
pub(crate) const LOOPBACK: Contender = Contender {
    key: "server",
    label: "the server itself: read outside the browser",
    pace: Pace::Limit,
};
