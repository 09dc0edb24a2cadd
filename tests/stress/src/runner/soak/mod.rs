//! Millions of events, thousands of sources and consumers that are too slow, in Chromium: nothing grows.

mod cycles;
mod events;
mod gauges;
mod slow;

use std::{str::FromStr, time::Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use typed_eventsource_e2e::Kind;
use typed_eventsource_server::{
    Config, Server,
    script::{Attempt, Script, Step},
};

use super::page::Page;

/// What there is to soak.
const PARTS: [&str; 3] = ["events", "cycles", "slow"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part(&'static str);

impl FromStr for Part {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let part = PARTS.into_iter().find(|part| *part == name);
        part.map(Self)
            .ok_or_else(|| format!("the parts are {}", PARTS.join(", ")))
    }
}

/// What one run is asked to do.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// All when it is empty.
    pub(crate) parts: Vec<Part>,
}

/// Who is soaked.
#[derive(Clone, Copy, Debug)]
struct Contender {
    transport: &'static str,
    client: &'static str,
}

const CONTENDERS: [Contender; 4] = [
    Contender {
        transport: "browser",
        client: "js",
    },
    Contender {
        transport: "browser",
        client: "rust",
    },
    Contender {
        transport: "fetch",
        client: "js",
    },
    Contender {
        transport: "fetch",
        client: "rust",
    },
];

/// The page, and a server that has no connections but those of sources.
struct Stage {
    page: Page,
    streams: Server,
}

impl Stage {
    /// What the stream of this name plays from now on.
    async fn put(&self, name: &str, steps: Vec<Step>) -> Result<()> {
        const PUT: &str = "const { url, script } = argument;
            const answer = await fetch(url, { method: 'PUT', body: JSON.stringify(script) });
            if (!answer.ok) throw new Error(await answer.text());";
        let script = Script::always(Attempt::playing(steps));
        let url = format!("{}/scripts/{name}", self.streams.origin());
        self.run(PUT, json!({ "url": url, "script": script })).await
    }

    /// Lets a `wait` of that stream pass.
    async fn release(&self, name: &str) -> Result<()> {
        let url = format!("{}/scripts/{name}/release", self.streams.origin());
        let release = "await fetch(argument, { method: 'POST' });";
        self.run(release, url.into()).await
    }

    async fn run(&self, body: &str, argument: Value) -> Result<()> {
        let outcome = self.page.browser().try_run(body, argument).await;
        outcome.map(drop).map_err(anyhow::Error::msg)
    }

    /// The task of a contender with that stream, with what else it is told.
    fn task(&self, contender: Contender, stream: &str, more: Value) -> Value {
        let Contender { transport, client } = contender;
        let mut task = more;
        task["transport"] = transport.into();
        task["client"] = client.into();
        task["url"] = format!("{}/streams/{stream}", self.streams.origin()).into();
        task
    }
}

/// Answers whether all was flat and told.
pub(crate) async fn run(options: &Options) -> Result<bool> {
    let stage = Stage {
        page: Page::launch(Kind::Chromium).await?,
        streams: Server::start(Config::default()).await?,
    };
    let outcome = soak(&stage, options).await;
    stage.page.close().await;
    stage.streams.stop().await;
    outcome
}

async fn soak(stage: &Stage, options: &Options) -> Result<bool> {
    let mut faults = Vec::new();
    for part in PARTS {
        if !options.parts.is_empty() && !options.parts.contains(&Part(part)) {
            continue;
        }
        let began = Instant::now();
        let more = match part {
            "events" => events::run(stage).await,
            "cycles" => cycles::run(stage).await,
            _ => slow::run(stage).await,
        };
        faults.extend(more.with_context(|| format!("part `{part}`"))?);
        println!("{part}: {} s", began.elapsed().as_secs());
    }
    for fault in &faults {
        println!("{fault}");
    }
    let outcome = if faults.is_empty() {
        "flat"
    } else {
        "NOT FLAT"
    };
    println!("\nsoak: {outcome}");
    Ok(faults.is_empty())
}
