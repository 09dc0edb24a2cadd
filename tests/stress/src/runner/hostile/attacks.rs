//! What the server does, and what is to become of it.

use std::{io::Write, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use flate2::{Compression, write::GzEncoder};
use typed_eventsource_server::script::{Attempt, Script, Step};

use super::Told;
use crate::runner::stage::Contender;

const GIB: u64 = 1 << 30;
/// In bytes: more than there is time for, and exact in JavaScript too.
const ENDLESS: u64 = 1 << 50;
/// In bytes. A browser's own source keeps a line of any length and events without end until there is no memory left, and so
/// gets some that fit.
const LINE_FOR_BROWSER: u64 = 64 << 20;
const FLOOD_FOR_BROWSER: u64 = 2 << 20;

/// The longest that a page may have to wait for its turn, in milliseconds, on a machine that has much else to do.
const LONGEST: f64 = 1000.0;
/// The same where it is `JSON.parse` that takes so long, over as much as an event may have.
const LONGEST_PARSE: f64 = 30_000.0;
/// By how much the memory of wasm may grow, in pages: an event may take 16 MiB, in a buffer that grows by doubling.
const PAGES: f64 = 2048.0;
/// The most attempts in a second, as the policy has it, and as many as a redirect makes of each.
const ATTEMPTS: usize = 101;
const HOPS: usize = 21;

/// An attack.
pub(super) struct Attack {
    pub(super) name: &'static str,
    steps: fn(&str) -> Attempt,
    pub(super) parse: &'static str,
    /// The policy closes after so many milliseconds of silence.
    pub(super) idle: Option<u64>,
    /// For how long to look.
    pub(super) seconds: u64,
    /// What is to become of it, over `fetch`: in full, or the error of a source that goes on.
    expected: &'static str,
    /// How many events the page hears at least, over `fetch`.
    least: u64,
    most: usize,
    /// In milliseconds.
    longest: f64,
    /// Over this transport alone, and by this client alone where one is named.
    only: Option<(&'static str, Option<&'static str>)>,
}

impl Attack {
    const fn new(name: &'static str, expected: &'static str, steps: fn(&str) -> Attempt) -> Self {
        Self {
            name,
            steps,
            parse: "text",
            idle: None,
            seconds: 60,
            expected,
            least: 0,
            most: 1,
            longest: LONGEST,
            only: None,
        }
    }

    const fn seconds(mut self, seconds: u64) -> Self {
        self.seconds = seconds;
        self
    }

    const fn hearing(mut self, least: u64) -> Self {
        self.least = least;
        self
    }

    const fn most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    const fn idle(mut self, milliseconds: u64) -> Self {
        self.idle = Some(milliseconds);
        self
    }

    const fn longest(mut self, longest: f64) -> Self {
        self.longest = longest;
        self
    }

    const fn parse(mut self, parse: &'static str) -> Self {
        self.parse = parse;
        self
    }

    const fn only(mut self, transport: &'static str, client: Option<&'static str>) -> Self {
        self.only = Some((transport, client));
        self
    }

    pub(super) fn concerns(&self, contender: Contender) -> bool {
        let Contender { transport, client } = contender;
        self.only
            .is_none_or(|(only, by)| only == transport && by.is_none_or(|by| by == client))
    }

    pub(super) fn script(&self, transport: &str) -> Script {
        Script::always((self.steps)(transport))
    }

    pub(super) fn patience(&self) -> Duration {
        Duration::from_secs(self.seconds + 60)
    }

    /// What is not as it ought to be. What a browser's own source does is its own, but for the attempts.
    pub(super) fn faults(&self, transport: &str, told: &Told, most: usize) -> Vec<String> {
        let mut faults = Vec::new();
        if most > self.most {
            faults.push(format!(
                "{most} requests in a second are more than {}",
                self.most
            ));
        }
        if transport != "fetch" {
            return faults;
        }
        let outcome = super::outcome(told);
        let goes_on = told.outcome != "closed" && told.error == self.expected;
        if outcome != self.expected && !goes_on {
            faults.push(format!("{outcome}, not {}", self.expected));
        }
        if told.heard < self.least {
            faults.push(format!(
                "{} events are less than {}",
                told.heard, self.least
            ));
        }
        if told.longest > self.longest {
            faults.push(format!("the page waited for {:.0} ms", told.longest));
        }
        if told.pages > PAGES {
            faults.push(format!("the memory has grown by {} pages", told.pages));
        }
        faults
    }
}

pub(super) fn attacks() -> Vec<Attack> {
    let lost = "connection-lost";
    let too_large = "closed: event-too-large";
    vec![
        Attack::new("line", too_large, |transport| {
            let bytes = or_for_browser(LINE_FOR_BROWSER, transport);
            playing([send("data: "), fill(bytes, "x"), send(END)])
        }),
        Attack::new("header", lost, |_| Attempt {
            before: vec![Step::LongHead(ENDLESS)],
            ..Attempt::default()
        })
        .seconds(2),
        Attack::new("event-1GiB", too_large, |_| {
            let line = format!("data: {}\n", "x".repeat(1017));
            playing([fill(GIB, &line), send(END)])
        })
        .only("fetch", None),
        Attack::new("comment-1GiB", "ended", |_| {
            playing([send(":"), fill(GIB, "x"), send(END)])
        })
        .only("fetch", None),
        Attack::new("events", "open", |transport| flood("data\n\n", transport))
            .seconds(5)
            .hearing(100_000),
        Attack::new("unheard", "open", |transport| {
            flood("event:a\ndata\n\n", transport)
        })
        .seconds(5),
        Attack::new("retries", "open", |transport| flood("retry:1\n", transport)).seconds(5),
        Attack::new("retry-huge", lost, |_| {
            playing([send("retry: 99999999999999999999\ndata\n\n")])
        })
        .seconds(5)
        .hearing(1),
        Attack::new("hang-up", lost, |_| playing([send("retry: 0\n\n")]))
            .seconds(8)
            .most(5),
        Attack::new("event-hang-up", lost, |_| {
            playing([send("retry: 0\ndata\n\n")])
        })
        .seconds(5)
        .hearing(2)
        .most(ATTEMPTS),
        Attack::new("redirects", lost, |_| {
            Attempt::answering(302).header("location", "/streams/attack")
        })
        .seconds(5)
        .most(HOPS),
        Attack::new("drip", "closed: idle", |_| {
            let send = ":".repeat(60);
            playing([Step::Drip { every: 1000, send }])
        })
        .idle(5000),
        Attack::new("garbage", "ended", |_| {
            playing([Step::SendBytes(garbage(4 << 20)), send(END)])
        }),
        Attack::new("nested-json", "ended: decode", |_| {
            playing([send("data: "), fill(15 << 20, "["), send(END)])
        })
        .parse("json")
        .longest(LONGEST_PARSE),
        Attack::new("body-bomb", too_large, |_| {
            let bomb = Step::SendBytes(bomb(b"data: "));
            playing([bomb, Step::Silence]).header("content-encoding", "gzip")
        })
        .only("fetch", None),
        Attack::new("payload-bomb", "refused", |_| {
            let bomb = BASE64_STANDARD.encode(bomb(b""));
            let event = format!("data: {bomb}{END}");
            playing([Step::Send(event), Step::Silence])
        })
        .parse("gzip")
        .hearing(1)
        .only("fetch", Some("rust")),
    ]
}

/// What follows the worst, for those who get there.
const END: &str = "\n\nevent: end\ndata: 0\n\n";

fn or_for_browser(bytes: u64, transport: &str) -> u64 {
    if transport == "fetch" { ENDLESS } else { bytes }
}

fn flood(text: &str, transport: &str) -> Attempt {
    let length = text.len() as u64;
    let times = or_for_browser(FLOOD_FOR_BROWSER, transport) / length;
    playing([fill(times * length, text), send(END)])
}

fn playing<const STEPS: usize>(steps: [Step; STEPS]) -> Attempt {
    Attempt::playing(steps)
}

fn send(text: &str) -> Step {
    Step::Send(text.into())
}

fn fill(bytes: u64, text: &str) -> Step {
    let send = text.into();
    Step::Fill { bytes, send }
}

/// A gibibyte of the same letter after this, as gzip: a mebibyte.
fn bomb(start: &[u8]) -> Vec<u8> {
    let block = vec![b'x'; 1 << 20];
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to a vector cannot fail.
    let _ = gzip.write_all(start);
    for _ in 0..GIB >> 20 {
        let _ = gzip.write_all(&block);
    }
    gzip.finish().unwrap_or_default()
}

/// Bytes of no meaning, the same each time.
fn garbage(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_hears_too_little_is_at_fault() {
        let attack = Attack::new("events", "open", |_| playing([])).hearing(2);
        let faults = |heard| {
            let told = Told {
                outcome: "open".into(),
                heard,
                ..Told::default()
            };
            attack.faults("fetch", &told, 1)
        };
        assert_eq!(faults(1), ["1 events are less than 2"]);
        assert!(faults(2).is_empty());
    }
}
