//! A flood, and a consumer that is too slow for it.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::sleep;
use typed_eventsource_e2e::Kind;
use typed_eventsource_harness::Table;
use typed_eventsource_server::script::{Attempt, Script, Step};

use crate::runner::stage::{CONTENDERS, Contender, Stage, on_stage};

const EVENTS: u32 = 200_000;
/// In bytes; of its data, and of what a client keeps at most: what was decoded, over the browser's own source also the data
/// as it came, and the objects around them.
const SIZE: usize = 1024;
const KEPT: f64 = 3072.0;
const CAPACITY: u32 = 2000;
/// What else may come and go meanwhile, in KiB: chunks that wait to be read, and what there is of an event that is handed
/// over. All of the flood would be two hundred thousand.
const SLACK: f64 = 2048.0;
/// In milliseconds for each event.
const PACE: u32 = 5;
const PATIENCE: Duration = Duration::from_secs(120);
const STREAM: &str = "flood";

/// What the page tells.
#[derive(Debug, Deserialize)]
struct Told {
    arrived: u64,
    received: u64,
    /// As the stream has it in the end.
    dropped: u64,
    /// As its items had it, one after the other; those in JavaScript tell of none.
    told: Option<u64>,
    overflows: u64,
    faults: u64,
    ended: String,
}

pub(super) async fn run() -> Vec<String> {
    println!(
        "\nA flood of {EVENTS} events of {SIZE} bytes, {PACE} ms for each, {CAPACITY} of them in the queue\n"
    );
    let mut table = Table::new([
        "transport, client, queue",
        "arrived",
        "received",
        "dropped",
        "told",
        "peak, KiB",
        "bound, KiB",
        "ended",
    ]);
    let mut faults = Vec::new();
    for contender in CONTENDERS {
        for when_full in ["drop-oldest", "keep-latest", "close"] {
            let label = format!("{contender}, {when_full}");
            let consumed = on_stage(Kind::Chromium, async |stage| {
                consume(stage, contender, when_full).await
            });
            let more = match consumed.await {
                Ok(((told, peak), troubles)) => {
                    table.print_row(told.cells(&label, peak));
                    wrong(&told, when_full, peak).chain(troubles).collect()
                }
                Err(error) => vec![format!("{error:#}")],
            };
            faults.extend(more.iter().map(|fault| format!("{label}: {fault}")));
        }
    }
    print!("\n{table}");
    faults
}

impl Told {
    fn cells(&self, label: &str, peak: f64) -> [String; 8] {
        [
            label.to_owned(),
            self.arrived.to_string(),
            self.received.to_string(),
            self.dropped.to_string(),
            self.told.map_or("–".into(), |told| told.to_string()),
            format!("{peak:.0}"),
            format!("{:.0}", bound()),
            self.ended.clone(),
        ]
    }
}

/// The most that may be kept, in KiB.
fn bound() -> f64 {
    f64::from(CAPACITY) * KEPT / 1024.0 + SLACK
}

fn wrong(told: &Told, when_full: &str, peak: f64) -> impl Iterator<Item = String> {
    let Told {
        arrived,
        received,
        dropped,
        told,
        overflows,
        faults,
        ref ended,
    } = *told;
    let all = when_full == "close" || arrived == u64::from(EVENTS);
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
        (all, format!("{arrived} of {EVENTS} events arrived")),
        (dropped > 0 && overflows > 0, "nothing was dropped".into()),
        (
            arrived == received + dropped,
            format!("{arrived} arrived, {received} came, {dropped} were told to be dropped"),
        ),
        (
            told.is_none_or(|told| told == dropped),
            format!("{dropped} were dropped, and the items told of {told:?}"),
        ),
        (faults == 0, format!("{faults} errors")),
        (ended == end, format!("it ended with {ended}")),
    ];
    checks
        .into_iter()
        .filter_map(|(is_right, fault)| (!is_right).then_some(fault))
}

/// What is told, and by how many KiB there was more in memory at most than before.
async fn consume(stage: &Stage, contender: Contender, when_full: &str) -> Result<(Told, f64)> {
    let text = "x".repeat(SIZE);
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
    stage.streams.put(STREAM, script)?;
    let more = json!({ "capacity": CAPACITY, "whenFull": when_full, "pace": PACE });
    let before = memory(stage).await?;
    let deadline = Instant::now() + PATIENCE;
    stage
        .page
        .begin("soak.slow", stage.task(contender, STREAM, more))
        .await?;
    let mut peak: f64 = 0.0;
    loop {
        if let Some(told) = stage.page.answer().await? {
            return Ok((serde_json::from_value(told)?, peak));
        }
        peak = peak.max(memory(stage).await? - before);
        ensure!(Instant::now() < deadline, "not done after {PATIENCE:?}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// All that is in use of wasm and JavaScript, in KiB.
async fn memory(stage: &Stage) -> Result<f64> {
    stage.page.call("soak.memory", Value::Null).await
}
