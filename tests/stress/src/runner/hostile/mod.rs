//! A server that means harm, at full size: what the source did about it, and whether the page went on.

mod attacks;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use typed_eventsource_e2e::Kind;
use typed_eventsource_server::{
    Config, Server,
    script::{Script, SeenAttempts},
};

use super::{page::Page, table::Table};
use attacks::{Attack, attacks};

/// What one run is asked to do.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// All when it is empty.
    pub(crate) attacks: Vec<String>,
    /// Both unless told.
    pub(crate) browser: Option<Kind>,
}

const CONTENDERS: [(&str, &str); 4] = [
    ("fetch", "js"),
    ("fetch", "rust"),
    ("browser", "js"),
    ("browser", "rust"),
];

/// What the page tells of an attack.
#[derive(Debug, Deserialize)]
struct Told {
    outcome: String,
    error: String,
    heard: u64,
    /// In milliseconds.
    took: f64,
    /// The longest that the page had to wait for a turn, in milliseconds.
    longest: f64,
    /// By how many pages of 64 KiB the client's memory grew.
    pages: f64,
}

struct Stage {
    page: Page,
    streams: Server,
}

/// Answers whether the source did about each attack what it is to do.
pub(crate) async fn run(options: &Options) -> Result<bool> {
    let mut is_right = true;
    for kind in [Kind::Chromium, Kind::Firefox] {
        if options.browser.is_none_or(|chosen| chosen == kind) {
            let stage = Stage {
                page: Page::launch(kind).await?,
                streams: Server::start(Config::default()).await?,
            };
            let outcome = play(&stage, kind, &options.attacks).await;
            stage.page.close().await;
            stage.streams.stop().await;
            is_right &= outcome?;
        }
    }
    println!(
        "\nhostile: {}",
        if is_right { "harmless" } else { "HARMED" }
    );
    Ok(is_right)
}

async fn play(stage: &Stage, kind: Kind, chosen: &[String]) -> Result<bool> {
    let mut table = Table::new([
        "attack",
        "transport, client",
        "outcome",
        "heard",
        "seconds",
        "requests",
        "most a second",
        "longest task, ms",
        "wasm pages",
        "heap, KiB",
    ]);
    let mut faults = Vec::new();
    for attack in attacks() {
        if !chosen.is_empty() && !chosen.iter().any(|name| name == attack.name) {
            continue;
        }
        for (transport, client) in CONTENDERS {
            if !attack.concerns(transport, client) {
                continue;
            }
            let (told, requests, heap) = stage
                .attack(&attack, transport, client)
                .await
                .with_context(|| format!("{}: {transport}, {client}", attack.name))?;
            let most = most_a_second(&requests);
            for fault in attack.faults(transport, &told, most) {
                faults.push(format!("{}, {transport}, {client}: {fault}", attack.name));
            }
            table.row([
                attack.name.to_owned(),
                format!("{transport}, {client}"),
                outcome(&told),
                told.heard.to_string(),
                format!("{:.1}", told.took / 1000.0),
                requests.len().to_string(),
                most.to_string(),
                format!("{:.0}", told.longest),
                format!("+{}", told.pages),
                heap.map_or("–".to_owned(), |heap| format!("{heap:+.0}")),
            ]);
        }
    }
    println!("\nA server that means harm, in {kind:?}\n\n{table}");
    for fault in &faults {
        println!("{fault}");
    }
    Ok(faults.is_empty())
}

fn outcome(told: &Told) -> String {
    if told.error.is_empty() {
        told.outcome.clone()
    } else {
        format!("{}: {}", told.outcome, told.error)
    }
}

/// The most requests that began within a second, by when each did, in milliseconds.
fn most_a_second(requests: &[u64]) -> usize {
    let within = |start: u64| {
        requests
            .iter()
            .filter(move |at| (start..start + 1000).contains(*at))
    };
    let counts = requests.iter().map(|&start| within(start).count());
    counts.max().unwrap_or(0)
}

impl Stage {
    /// What the page tells, when each request was made, and by how many KiB the heap has grown; on a page of its own.
    async fn attack(
        &self,
        attack: &Attack,
        transport: &str,
        client: &str,
    ) -> Result<(Told, Vec<u64>, Option<f64>)> {
        const PUT: &str = "const { url, script } = argument;
            const answer = await fetch(url, { method: 'PUT', body: JSON.stringify(script) });
            if (!answer.ok) throw new Error(await answer.text());";
        self.page.open().await;
        let script = format!("{}/scripts/attack", self.streams.origin());
        let attempts = attack.attempts(transport);
        let put = json!({ "url": script, "script": Script { attempts } });
        self.run(PUT, put).await?;
        let before = self.heap().await?;
        let task = json!({
            "client": client, "transport": transport, "parse": attack.parse, "idle": attack.idle,
            "url": format!("{}/streams/attack", self.streams.origin()), "seconds": attack.seconds,
        });
        let told = self
            .page
            .finish("hostile.attack", task, attack.patience())
            .await?;
        let heap = self
            .heap()
            .await?
            .zip(before)
            .map(|(after, before)| after - before);
        let seen = self.run(
            "return (await fetch(argument)).json();",
            format!("{script}/seen").into(),
        );
        let SeenAttempts { attempts, .. } = serde_json::from_value(seen.await?)?;
        let requests = attempts.iter().map(|seen| seen.opened_ms).collect();
        Ok((serde_json::from_value(told)?, requests, heap))
    }

    async fn run(&self, body: &str, argument: Value) -> Result<Value> {
        let outcome = self.page.browser().try_run(body, argument).await;
        outcome.map_err(anyhow::Error::msg)
    }

    /// What is in use of the JavaScript heap once its garbage is collected, in KiB. Chromium alone tells.
    async fn heap(&self) -> Result<Option<f64>> {
        let browser = self.page.browser();
        if browser.kind() != Kind::Chromium {
            return Ok(None);
        }
        for _ in 0..3 {
            browser
                .devtools("HeapProfiler.collectGarbage", json!({}))
                .await;
        }
        let heap = browser.devtools("Runtime.getHeapUsage", json!({})).await;
        let used = heap["usedSize"].as_f64().context("no number")?;
        Ok(Some(used / 1024.0))
    }
}

#[cfg(test)]
mod tests {
    use super::most_a_second;

    #[test]
    fn a_second_may_begin_with_any_request() {
        assert_eq!(most_a_second(&[]), 0);
        assert_eq!(most_a_second(&[0, 999, 1000, 1500, 1998, 1999]), 4);
    }
}
