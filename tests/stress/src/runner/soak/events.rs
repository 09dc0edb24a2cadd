//! Sends ten million events to one source.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::sleep;
use typed_eventsource_server::script::{Attempt, Script, Step};

use super::gauges::{Measurement, compare};
use crate::runner::stage::{Contender, Stage};

/// How many events there are before the numbers start again. The first round is not measured: during it the browser compiles code
/// and allocates buffers.
const ROUND: u32 = 500_000;
const HALF: u32 = 10 * ROUND;
const EVENT: &str =
    "event: price\nid: {n}\ndata: {\"n\":{n},\"symbol\":\"ACME\",\"price\":101.25}\n\n";
const PATIENCE: Duration = Duration::from_secs(600);
const STREAM: &str = "many";

#[derive(Deserialize)]
struct Heard {
    heard: u64,
    faults: u64,
}

pub(super) async fn run() -> Vec<String> {
    let what = format!("{} events heard by one source", 2 * HALF);
    compare(&what, measure_events).await
}

async fn measure_events(stage: &Stage, contender: Contender) -> Result<Measurement> {
    let round = Step::Repeat {
        times: ROUND,
        send: EVENT.into(),
    };
    let half = vec![round.clone(); (HALF / ROUND) as usize];
    let steps = [
        vec![round, Step::Wait],
        half.clone(),
        vec![Step::Wait],
        half,
        vec![Step::Silence],
    ];
    stage.page.open_prepared(super::PREPARE).await;
    let script = Script::always(Attempt::playing(steps.concat()));
    stage.stream_server.put(STREAM, script)?;
    let round = json!({ "round": ROUND });
    stage
        .page
        .call::<Value>("soak.open", stage.task(contender, STREAM, round))
        .await?;
    until_heard(stage, ROUND).await?;
    let measurement = Measurement::measure(stage, async |half| {
        stage.stream_server.release(STREAM);
        until_heard(stage, ROUND + half * HALF).await
    });
    let measurement = measurement.await?;
    stage.page.call::<Value>("soak.close", Value::Null).await?;
    Ok(measurement)
}

/// Waits until `count` events were heard.
async fn until_heard(stage: &Stage, count: u32) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let Heard { heard, faults } = stage.page.call("soak.heard", Value::Null).await?;
        ensure!(
            faults == 0,
            "{faults} events were not the next one, after {heard} that were"
        );
        if heard == u64::from(count) {
            return Ok(());
        }
        ensure!(
            Instant::now() < deadline,
            "{heard} of {count} events after {PATIENCE:?}"
        );
        sleep(Duration::from_millis(200)).await;
    }
}
