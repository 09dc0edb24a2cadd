//! Attacks of a hostile server at full size: the outcome for the source, and whether the page stays responsive.

mod attacks;

use anyhow::Result;
use serde::Deserialize;
use serde_json::json;
use typed_eventsource_e2e::Kind;
use typed_eventsource_harness::Table;
use typed_eventsource_server::{
    attacks::{ATTACKS, Attack},
    script::SeenAttempts,
};

use super::{
    print_verdict,
    stage::{CONTENDERS, Contender, Stage, on_stage},
};

/// The options of one run.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// The starts of the names of the attacks to play; empty for all attacks.
    pub(crate) attacks: Vec<String>,
    /// The browser; `None` for both.
    pub(crate) browser: Option<Kind>,
}

const STREAM: &str = "attack";

/// What the page reports of an attack.
#[derive(Debug, Default, Deserialize)]
struct Told {
    outcome: String,
    error: String,
    heard: u64,
    /// In milliseconds.
    took: f64,
    /// The longest time between two turns of the page's event loop, in milliseconds.
    longest: f64,
    /// By how many pages of 64 KiB the client's memory grew.
    pages: f64,
}

/// Plays the attacks, and returns whether all outcomes were right.
pub(crate) async fn run(options: &Options) -> bool {
    let mut faults = Vec::new();
    for kind in [Kind::Chromium, Kind::Firefox] {
        if options.browser.is_none_or(|chosen| chosen == kind) {
            faults.extend(play(kind, &options.attacks).await);
        }
    }
    print_verdict("hostile", &faults, ["harmless", "HARMED"])
}

async fn play(kind: Kind, chosen: &[String]) -> Vec<String> {
    println!("\nA hostile server, in {kind:?}\n");
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
    for attack in ATTACKS {
        let is_chosen = |name: &String| attack.name.starts_with(name.as_str());
        if !chosen.is_empty() && !chosen.iter().any(is_chosen) {
            continue;
        }
        for contender in CONTENDERS {
            if !attacks::concerns(&attack, contender) {
                continue;
            }
            let seen = on_stage(kind, async |stage| {
                play_attack(stage, &attack, contender).await
            });
            let more = match seen.await {
                Ok((seen, page_errors)) => {
                    table.print_row(seen.cells(&attack, contender));
                    let wrong = attacks::faults(
                        &attack,
                        contender.transport,
                        &seen.told,
                        seen.most_requests_a_second(),
                    );
                    wrong.into_iter().chain(page_errors).collect()
                }
                Err(error) => {
                    table.print_row([attack.name, &contender.to_string(), "failed"]);
                    vec![format!("{error:#}")]
                }
            };
            let label = format!("{kind:?}, {}, {contender}", attack.name);
            faults.extend(more.iter().map(|fault| format!("{label}: {fault}")));
        }
    }
    print!("\n{table}");
    faults
}

/// What the page and the server saw of an attack.
struct Seen {
    told: Told,
    /// When each request was made, in milliseconds.
    requests: Vec<u64>,
    /// By how many KiB the heap has grown.
    heap: Option<f64>,
}

/// Plays an attack on a stage.
async fn play_attack(stage: &Stage, attack: &Attack, contender: Contender) -> Result<Seen> {
    stage.page.open().await;
    stage
        .streams
        .put(STREAM, attacks::script(attack, contender.transport))?;
    let before = stage.heap().await?;
    let more = json!({ "parse": attack.parse, "idle": attack.idle, "wait": attacks::wait(attack) });
    let task = stage.task(contender, STREAM, more);
    let told = stage
        .page
        .call_patiently("hostile.attack", task, attacks::patience(attack))
        .await?;
    let after = stage.heap().await?;
    let SeenAttempts { attempts, .. } = stage.streams.seen(STREAM);
    Ok(Seen {
        told: serde_json::from_value(told)?,
        requests: attempts.iter().map(|seen| seen.opened_ms).collect(),
        heap: after
            .zip(before)
            .map(|(after, before)| after.total() - before.total()),
    })
}

impl Seen {
    fn most_requests_a_second(&self) -> usize {
        most_a_second(&self.requests)
    }

    fn cells(&self, attack: &Attack, contender: Contender) -> [String; 10] {
        let told = &self.told;
        [
            attack.name.to_owned(),
            contender.to_string(),
            outcome(told),
            told.heard.to_string(),
            format!("{:.1}", told.took / 1000.0),
            self.requests.len().to_string(),
            self.most_requests_a_second().to_string(),
            format!("{:.0}", told.longest),
            format!("+{}", told.pages),
            self.heap.map_or("–".into(), |heap| format!("{heap:+.0}")),
        ]
    }
}

fn outcome(told: &Told) -> String {
    if told.error.is_empty() {
        told.outcome.clone()
    } else {
        format!("{}: {}", told.outcome, told.error)
    }
}

/// The most requests that began within any second. `requests` has the time of each, in milliseconds.
fn most_a_second(requests: &[u64]) -> usize {
    let within = |start: u64| {
        requests
            .iter()
            .filter(move |at| (start..start + 1000).contains(*at))
    };
    let counts = requests.iter().map(|&start| within(start).count());
    counts.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::most_a_second;

    #[test]
    fn the_busiest_second_may_begin_with_any_request() {
        assert_eq!(most_a_second(&[]), 0);
        assert_eq!(most_a_second(&[0, 999, 1000, 1500, 1998, 1999]), 4);
    }
}
