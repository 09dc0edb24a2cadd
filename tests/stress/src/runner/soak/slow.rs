//! A flood, with a consumer that is too slow for it.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::sleep;
use typed_eventsource_e2e::BrowserKind;
use typed_eventsource_harness::Table;
use typed_eventsource_server::script::{Attempt, Script, Step};

use crate::runner::stage::{CONTENDERS, Contender, Stage, on_stage};

const EVENTS: u32 = 200_000;
/// The bytes of an event's data.
const DATA_LENGTH: usize = 1024;
/// The most bytes that a client keeps for an event: the decoded value, over the browser's own source also the data, and the objects
/// around them.
const KEPT_PER_EVENT: f64 = 3072.0;
/// How many events the queue holds.
const CAPACITY: u32 = 2000;
/// What else may be in memory, in KiB: chunks that wait to be read, and the event that is being handed over. The whole flood would
/// be two hundred thousand.
const SLACK: f64 = 2048.0;
/// The milliseconds that the consumer takes for an event.
const PACE: u32 = 5;
const PATIENCE: Duration = Duration::from_secs(120);
const STREAM: &str = "flood";

/// What the page reports.
#[derive(Debug, Deserialize)]
struct SlowReport {
    arrived: u64,
    received: u64,
    /// How many events the stream says, at its end, that it has dropped.
    dropped: u64,
    /// How many dropped events the stream's items have reported; `None` in JavaScript, whose items report none.
    reported: Option<u64>,
    overflows: u64,
    faults: u64,
    ended: String,
}

pub(super) async fn run() -> Vec<String> {
    println!(
        "\nA flood of {EVENTS} events of {DATA_LENGTH} bytes, {PACE} ms for each, {CAPACITY} of them in the queue\n"
    );
    let mut table = Table::new([
        "transport, client, queue",
        "arrived",
        "received",
        "dropped",
        "reported",
        "peak, KiB",
        "bound, KiB",
        "ended",
    ]);
    let mut faults = Vec::new();
    for contender in CONTENDERS {
        for when_full in ["drop-oldest", "keep-latest", "close"] {
            let label = format!("{contender}, {when_full}");
            let consumed = on_stage(BrowserKind::Chromium, async |stage| {
                consume(stage, contender, when_full).await
            });
            let found: Vec<_> = match consumed.await {
                Ok(((report, peak), page_errors)) => {
                    table.print_row(report.cells(&label, peak));
                    faults_of(&report, when_full, peak)
                        .chain(page_errors)
                        .collect()
                }
                Err(error) => vec![format!("{error:#}")],
            };
            faults.extend(found.iter().map(|fault| format!("{label}: {fault}")));
        }
    }
    print!("\n{table}");
    faults
}

impl SlowReport {
    fn cells(&self, label: &str, peak: f64) -> [String; 8] {
        [
            label.to_owned(),
            self.arrived.to_string(),
            self.received.to_string(),
            self.dropped.to_string(),
            self.reported
                .map_or("–".into(), |reported| reported.to_string()),
            format!("{peak:.0}"),
            format!("{:.0}", bound()),
            self.ended.clone(),
        ]
    }
}

/// The most memory that may be in use, in KiB.
fn bound() -> f64 {
    f64::from(CAPACITY) * KEPT_PER_EVENT / 1024.0 + SLACK
}

fn faults_of(report: &SlowReport, when_full: &str, peak: f64) -> impl Iterator<Item = String> {
    let SlowReport {
        arrived,
        received,
        dropped,
        reported,
        overflows,
        faults,
        ref ended,
    } = *report;
    let all_arrived = when_full == "close" || arrived == u64::from(EVENTS);
    let end = if when_full == "close" {
        "queue-overflow"
    } else {
        "finished"
    };
    let checks = [
        (
            peak <= bound(),
            format!("{peak:.0} KiB are more than {:.0}", bound()),
        ),
        (all_arrived, format!("{arrived} of {EVENTS} events arrived")),
        (dropped > 0 && overflows > 0, "nothing was dropped".into()),
        (
            arrived == received + dropped,
            format!("{arrived} arrived, {received} were received, {dropped} were dropped"),
        ),
        (
            reported.is_none_or(|reported| reported == dropped),
            format!("{dropped} were dropped, and the items reported {reported:?}"),
        ),
        (faults == 0, format!("{faults} errors")),
        (ended == end, format!("the source ended with {ended}")),
    ];
    checks
        .into_iter()
        .filter_map(|(is_right, fault)| (!is_right).then_some(fault))
}

/// Returns what the page reports, and how many KiB of memory were added at the peak.
async fn consume(
    stage: &Stage,
    contender: Contender,
    when_full: &str,
) -> Result<(SlowReport, f64)> {
    let text = "x".repeat(DATA_LENGTH);
    let send = format!("event: price\ndata: {{\"n\":{{n}},\"text\":\"{text}\"}}\n\n");
    let steps = [
        Step::Repeat {
            times: EVENTS,
            send,
        },
        Step::Send("event: done\ndata: 0\n\n".into()),
        Step::Silence,
    ];
    stage.page.open_prepared(super::PREPARE).await;
    let script = Script::always(Attempt::playing(steps));
    stage.stream_server.put(STREAM, script)?;
    let more = json!({ "capacity": CAPACITY, "whenFull": when_full, "pace": PACE });
    let before = memory(stage).await?;
    let deadline = Instant::now() + PATIENCE;
    stage
        .page
        .begin("soak.slow", stage.task(contender, STREAM, more))
        .await?;
    let mut peak: f64 = 0.0;
    loop {
        if let Some(report) = stage.page.answer().await? {
            return Ok((serde_json::from_value(report)?, peak));
        }
        peak = peak.max(memory(stage).await? - before);
        ensure!(Instant::now() < deadline, "not done after {PATIENCE:?}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// The memory that wasm and JavaScript use, in KiB.
async fn memory(stage: &Stage) -> Result<f64> {
    stage.page.call("soak.memory", Value::Null).await
}
