//! Attacks of a hostile server at full size: the outcome for the source, and whether the page stays responsive.

mod attacks;

use anyhow::Result;
use serde::Deserialize;
use serde_json::json;
use typed_eventsource_e2e::BrowserKind;
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
    pub(crate) browser: Option<BrowserKind>,
}

const STREAM: &str = "attack";

/// What the page reports of an attack.
#[derive(Debug, Default, Deserialize)]
struct AttackReport {
    outcome: String,
    error: String,
    heard: u64,
    /// How long it took until the outcome, in milliseconds.
    took: f64,
    /// The longest time between two turns of the page's event loop, in milliseconds.
    longest: f64,
    /// By how many pages of 64 KiB the client's memory grew.
    pages: f64,
}

/// Plays the attacks, and returns whether all outcomes were right.
pub(crate) async fn run(options: &Options) -> bool {
    let mut faults = Vec::new();
    for kind in [BrowserKind::Chromium, BrowserKind::Firefox] {
        if options.browser.is_none_or(|chosen| chosen == kind) {
            faults.extend(play(kind, &options.attacks).await);
        }
    }
    print_verdict("hostile", &faults, ["harmless", "HARMED"])
}

async fn play(kind: BrowserKind, chosen: &[String]) -> Vec<String> {
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
            if !attacks::is_played_against(&attack, contender) {
                continue;
            }
            let outcome = on_stage(kind, async |stage| {
                play_attack(stage, &attack, contender).await
            });
            let found: Vec<_> = match outcome.await {
                Ok((observation, page_errors)) => {
                    table.print_row(observation.cells(&attack, contender));
                    let wrong = attacks::faults(
                        &attack,
                        contender.transport,
                        &observation.report,
                        observation.most_requests_a_second(),
                    );
                    wrong.into_iter().chain(page_errors).collect()
                }
                Err(error) => {
                    table.print_row([attack.name, &contender.to_string(), "failed"]);
                    vec![format!("{error:#}")]
                }
            };
            let label = format!("{kind:?}, {}, {contender}", attack.name);
            faults.extend(found.iter().map(|fault| format!("{label}: {fault}")));
        }
    }
    print!("\n{table}");
    faults
}

/// What the page and the server saw of an attack.
struct Observation {
    report: AttackReport,
    /// When each request was made, in milliseconds.
    request_times: Vec<u64>,
    /// By how many KiB the heap has grown.
    heap: Option<f64>,
}

/// Plays an attack on a stage.
async fn play_attack(stage: &Stage, attack: &Attack, contender: Contender) -> Result<Observation> {
    stage.page.open().await;
    stage
        .stream_server
        .put(STREAM, attacks::script(attack, contender.transport))?;
    let before = stage.heap().await?;
    let more = json!({ "parse": attack.parse, "idle": attack.idle, "wait": attacks::wait(attack) });
    let task = stage.task(contender, STREAM, more);
    let report = stage
        .page
        .call_patiently("hostile.attack", task, attacks::patience(attack))
        .await?;
    let after = stage.heap().await?;
    let SeenAttempts { attempts, .. } = stage.stream_server.seen(STREAM);
    Ok(Observation {
        report: serde_json::from_value(report)?,
        request_times: attempts.iter().map(|seen| seen.opened_ms).collect(),
        heap: after
            .zip(before)
            .map(|(after, before)| after.total() - before.total()),
    })
}

impl Observation {
    fn most_requests_a_second(&self) -> usize {
        most_a_second(&self.request_times)
    }

    fn cells(&self, attack: &Attack, contender: Contender) -> [String; 10] {
        let report = &self.report;
        [
            attack.name.to_owned(),
            contender.to_string(),
            outcome(report),
            report.heard.to_string(),
            format!("{:.1}", report.took / 1000.0),
            self.request_times.len().to_string(),
            self.most_requests_a_second().to_string(),
            format!("{:.0}", report.longest),
            format!("+{}", report.pages),
            self.heap.map_or("–".into(), |heap| format!("{heap:+.0}")),
        ]
    }
}

fn outcome(report: &AttackReport) -> String {
    if report.error.is_empty() {
        report.outcome.clone()
    } else {
        format!("{}: {}", report.outcome, report.error)
    }
}

/// The most requests that began within any second. Times are in milliseconds.
fn most_a_second(request_times: &[u64]) -> usize {
    let within = |start: u64| {
        request_times
            .iter()
            .filter(move |at| (start..start + 1000).contains(*at))
    };
    let counts = request_times.iter().map(|&start| within(start).count());
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
