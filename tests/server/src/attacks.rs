//! The attacks of a hostile server, each with what should happen to a client.
//!
//! `GET /attacks` answers with the table as JSON. `PUT /scripts/{id}?attack=NAME` stores the script of an attack, in the
//! [sizes](Sizes) for tests. A test opens a source as the attack says and closes it once there is an outcome. Then it compares
//! the outcome, the error and what the server saw with those of the attack.

use std::io::Write;

use base64::{Engine, prelude::BASE64_STANDARD};
use flate2::{Compression, write::GzEncoder};
use serde::Serialize;

use crate::script::{Attempt, Script, Step};

const MIB: u64 = 1 << 20;

/// The event that a client hears if it survives an attack that comes to an end.
/// Where a test awaits this event, [`Step::Silence`] follows it. Without the silence a source might report the loss of the
/// connection before the test has closed the source.
const END: &str = "\n\nevent: end\ndata: 0\n\n";

/// An attack, and what should happen to a source over `fetch`. Of a browser's own source only the requests are compared.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Attack {
    /// The kind of the attack, with its variant if there are several.
    pub name: &'static str,
    /// `closed`: the source closes. `ended`: the source hears an event named `end`. `not-closed`: the source is not closed after
    /// `wait` milliseconds. `refused`: the client does not inflate the bytes in the last event.
    pub outcome: &'static str,
    /// The code of the last error, as in JavaScript; empty if there is no error.
    pub error: &'static str,
    /// The fewest events named `message` that the source hears.
    pub heard: u32,
    /// The most requests in a second.
    pub requests: usize,
    /// How long a test waits for the outcome, in milliseconds. If the outcome is `not-closed`, it waits that long in any case.
    pub wait: u64,
    /// After how many milliseconds of silence the source's policy closes it.
    pub idle: Option<u64>,
    /// How the client decodes the data of a `message`: as `text`, as `json`, or as `gzip` in base64.
    pub parse: &'static str,
    /// Whether the attack has no end. A browser's own source holds all of it, until there is no memory left.
    pub endless: bool,
    /// Makes what every connection gets, from `text` and the sizes.
    #[serde(skip)]
    make_attempt: fn(&str, Sizes) -> Attempt,
    #[serde(skip)]
    text: &'static str,
}

/// How much the attacks send.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// How many bytes an attack without end sends.
    pub endless: u64,
    /// How many bytes a large attack with an end sends.
    pub large: u64,
    /// How many bytes a large event has that the source has to accept.
    pub event: u64,
}

impl Sizes {
    /// The sizes for tests, whose sources take events of up to a mebibyte.
    pub const TESTS: Self = Self {
        endless: ENDLESS,
        large: 32 * MIB,
        event: MIB / 2,
    };
    /// The sizes for a source with the default limits.
    pub const FULL: Self = Self {
        endless: ENDLESS,
        large: 1024 * MIB,
        event: 15 * MIB,
    };
    /// The sizes for a browser's own source, which has no limits.
    pub const BOUNDED: Self = Self {
        endless: 2 * MIB,
        large: 2 * MIB,
        event: 2 * MIB,
    };
}

/// More bytes than a test has time for. JavaScript can represent the number exactly.
const ENDLESS: u64 = 1 << 50;

impl Attack {
    /// The script that plays the attack.
    pub fn script(&self, sizes: Sizes) -> Script {
        Script::always((self.make_attempt)(self.text, sizes))
    }

    /// The attack of this name.
    pub fn named(name: &str) -> Option<Self> {
        ATTACKS.into_iter().find(|attack| attack.name == name)
    }

    const fn new(
        name: &'static str,
        [outcome, error]: [&'static str; 2],
        make_attempt: fn(&str, Sizes) -> Attempt,
        text: &'static str,
    ) -> Self {
        Self {
            name,
            outcome,
            error,
            heard: 0,
            requests: 1,
            wait: 60_000,
            idle: None,
            parse: "text",
            endless: false,
            text,
            make_attempt,
        }
    }

    const fn too_large(
        name: &'static str,
        make_attempt: fn(&str, Sizes) -> Attempt,
        text: &'static str,
    ) -> Self {
        Self {
            endless: true,
            ..Self::new(name, ["closed", "event-too-large"], make_attempt, text)
        }
    }

    const fn flood(name: &'static str, text: &'static str) -> Self {
        Self {
            wait: 300,
            endless: true,
            ..Self::new(name, ["not-closed", ""], endless, text)
        }
    }

    const fn lost(name: &'static str, text: &'static str) -> Self {
        Self {
            wait: 300,
            ..Self::new(name, ["not-closed", "connection-lost"], hang_up, text)
        }
    }
}

/// All attacks.
pub const ATTACKS: [Attack; 33] = [
    // A line without end.
    Attack::too_large("line-data", endless_line, "data: "),
    Attack::too_large("line-event", endless_line, "event: "),
    Attack::too_large("line-id", endless_line, "id: "),
    Attack::too_large("line-retry", endless_line, "retry: "),
    Attack::too_large("line-unknown", endless_line, "unknown: "),
    Attack::too_large("line-no-field", endless_line, "no field"),
    Attack::too_large("line-name", endless_line, "data"),
    Attack::too_large("line-byte-order-mark", endless_line, "\u{feff}data: é"),
    // An event of many lines without end.
    Attack::too_large("event-data", endless, "data: 1\n"),
    Attack::too_large("event-long-lines", long_lines, ""),
    Attack::too_large("event-empty-data", endless, "data\n"),
    Attack::too_large("event-names", endless, "event: x\n"),
    Attack::too_large("event-ids", endless, "id: 1\r\n"),
    Attack::too_large("event-mixed", endless, "data\nid\nevent\n"),
    Attack::new("comment", ["ended", ""], comment, ""),
    Attack::new("garbage", ["ended", ""], garbage, ""),
    // Small events or lines without end.
    Attack {
        heard: 10_000,
        ..Attack::flood("flood-events", "data\n\n")
    },
    Attack::flood("flood-unheard", "event: unheard\ndata\n\n"),
    Attack::flood("flood-retries", "retry:1\n"),
    Attack::flood("flood-comments", ":\n"),
    Attack::flood("flood-blank-lines", "\n"),
    Attack {
        make_attempt: long_head,
        ..Attack::lost("header", "")
    },
    Attack {
        heard: 1,
        ..Attack::lost("retry-huge", "retry: 99999999999999999999\ndata\n\n")
    },
    Attack {
        heard: 1,
        ..Attack::lost("retry-u64", "retry: 18446744073709551615\ndata\n\n")
    },
    Attack {
        requests: 5,
        wait: 1100,
        ..Attack::lost("hang-up", "retry: 0\n\n")
    },
    Attack {
        heard: 2,
        requests: 101,
        wait: 1100,
        ..Attack::lost("hang-up-event", "retry: 0\ndata\n\n")
    },
    Attack {
        heard: 2,
        requests: 101,
        wait: 1100,
        ..Attack::lost("hang-up-id", "retry: 0\nid: 1\ndata\n\n")
    },
    // `fetch` follows 20 redirects.
    Attack {
        requests: 21,
        make_attempt: redirect,
        ..Attack::lost("redirects", "")
    },
    Attack {
        idle: Some(1000),
        wait: 2500,
        ..Attack::new("drip", ["not-closed", ""], drip, "")
    },
    // A slow event has to arrive.
    Attack {
        heard: 1,
        ..Attack::new("drip-event", ["ended", ""], drip_event, "data\n\n")
    },
    Attack {
        parse: "json",
        ..Attack::new("nested-json", ["ended", "decode"], nested, "")
    },
    Attack::too_large("body-bomb", body_bomb, ""),
    Attack {
        heard: 1,
        parse: "gzip",
        ..Attack::new("payload-bomb", ["refused", ""], payload_bomb, "")
    },
];

fn endless_line(start: &str, sizes: Sizes) -> Attempt {
    Attempt::playing([send(start), fill(sizes.endless, "x0é"), send(END)])
}

fn endless(text: &str, sizes: Sizes) -> Attempt {
    // The fill ends with a whole text, so that the event `end` follows it.
    let length = text.len() as u64;
    let bytes = sizes.endless / length * length;
    Attempt::playing([fill(bytes, text), send(END)])
}

/// Lines of a kibibyte each.
fn long_lines(_: &str, sizes: Sizes) -> Attempt {
    endless(&format!("data: {}\n", "x".repeat(1017)), sizes)
}

fn comment(_: &str, sizes: Sizes) -> Attempt {
    Attempt::playing([send(":"), fill(sizes.large, "x"), send(END), Step::Silence])
}

fn long_head(_: &str, sizes: Sizes) -> Attempt {
    Attempt {
        before: vec![Step::LongHead(sizes.endless)],
        ..Attempt::default()
    }
}

fn hang_up(text: &str, _: Sizes) -> Attempt {
    Attempt::playing([send(text)])
}

/// A redirect to the same URL.
fn redirect(_: &str, _: Sizes) -> Attempt {
    Attempt::answering(302).header("location", "?")
}

fn drip(_: &str, _: Sizes) -> Attempt {
    let send = ":".repeat(10_000);
    Attempt::playing([Step::Drip { every: 20, send }])
}

fn drip_event(text: &str, _: Sizes) -> Attempt {
    let drip = Step::Drip {
        every: 20,
        send: text.into(),
    };
    Attempt::playing([drip, send(END), Step::Silence])
}

fn nested(_: &str, sizes: Sizes) -> Attempt {
    Attempt::playing([
        send("data: "),
        fill(sizes.event, "["),
        send(END),
        Step::Silence,
    ])
}

fn body_bomb(_: &str, sizes: Sizes) -> Attempt {
    let bomb = Step::SendBytes(bomb("data: ", sizes.large, END));
    Attempt::playing([bomb]).header("content-encoding", "gzip")
}

fn payload_bomb(_: &str, sizes: Sizes) -> Attempt {
    let bomb = BASE64_STANDARD.encode(bomb("", sizes.large, ""));
    let event = format!("data: {bomb}{END}");
    Attempt::playing([Step::Send(event), Step::Silence])
}

/// Random bytes, the same each time.
fn garbage(_: &str, _: Sizes) -> Attempt {
    let mut random = fastrand::Rng::with_seed(7);
    let bytes = std::iter::repeat_with(|| random.u8(..)).take(4 << 20);
    Attempt::playing([Step::SendBytes(bytes.collect()), send(END), Step::Silence])
}

fn send(text: &str) -> Step {
    Step::Send(text.into())
}

fn fill(bytes: u64, text: &str) -> Step {
    let send = text.into();
    Step::Fill { bytes, send }
}

/// `start`, the same letter `bytes` times, and `end`, as gzip. That is a thousand times smaller.
fn bomb(start: &str, bytes: u64, end: &str) -> Vec<u8> {
    let block = vec![b'x'; MIB as usize];
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to a vector cannot fail.
    let _ = gzip.write_all(start.as_bytes());
    for _ in 0..bytes / MIB {
        let _ = gzip.write_all(&block);
    }
    let _ = gzip.write_all(end.as_bytes());
    gzip.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attack_has_its_own_name_and_a_script_that_can_be_played() {
        for (index, attack) in ATTACKS.iter().enumerate() {
            for sizes in [Sizes::TESTS, Sizes::BOUNDED] {
                assert_eq!(attack.script(sizes).check(), Ok(()), "{}", attack.name);
            }
            let others = &ATTACKS[index + 1..];
            assert!(others.iter().all(|other| other.name != attack.name));
        }
    }
}
