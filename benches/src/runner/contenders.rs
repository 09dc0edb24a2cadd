//! The contenders of the benchmark.

/// One way to read event streams.
#[derive(Debug)]
pub(crate) struct Contender {
    /// The name of the contender in the page's code.
    pub(crate) key: &'static str,
    /// The name of the contender in tables and pictures.
    pub(crate) label: &'static str,
    pub(crate) pace: Pace,
}

/// How much a contender reads in a round. A faster contender reads more, so that all are busy for about as long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    Slow,
    Fast,
    /// The pace of contenders that discard what they read.
    Limit,
}

/// The contenders that hand over events. The others are compared with the first.
pub(crate) const CLIENTS: [Contender; 14] = [
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
        key: "ours-rust-browser-js",
        label: "typed-eventsource, browser transport, Rust, `Js<T>`",
        pace: Pace::Slow,
    },
    Contender {
        key: "ours-js-fetch",
        label: "typed-eventsource, fetch transport, JavaScript",
        pace: Pace::Fast,
    },
    Contender {
        key: "ours-js-fetch-without-wasm",
        label: "typed-eventsource without WebAssembly, fetch transport",
        pace: Pace::Fast,
    },
    Contender {
        key: "ours-rust-fetch",
        label: "typed-eventsource, fetch transport, Rust",
        pace: Pace::Fast,
    },
    Contender {
        key: "ours-rust-fetch-js",
        label: "typed-eventsource, fetch transport, Rust, `Js<T>`",
        pace: Pace::Fast,
    },
];

/// A client whose connection is in a shared worker, for all tabs.
pub(crate) const TABS: Contender = Contender {
    key: "ours-js-tabs",
    label: "typed-eventsource, fetch transport, shared among tabs",
    pace: Pace::Slow,
};

/// The clients with these keys, in this order.
///
/// # Panics
///
/// If there is none with one of the keys.
pub(crate) fn clients(keys: &[&str]) -> Vec<&'static Contender> {
    let find = |key: &&str| {
        let client = CLIENTS.iter().find(|client| client.key == *key);
        client.unwrap_or_else(|| panic!("there is no contender `{key}`"))
    };
    keys.iter().map(find).collect()
}

/// Reads the bytes through fetch and discards them: no client over fetch can be faster.
pub(crate) const BYTES: Contender = Contender {
    key: "bytes",
    label: "bytes only: fetch, read and throw away",
    pace: Pace::Limit,
};

/// Reads the stream outside of the browser: no contender can be faster.
pub(crate) const LOOPBACK: Contender = Contender {
    key: "server",
    label: "the server itself: read outside the browser",
    pace: Pace::Limit,
};
