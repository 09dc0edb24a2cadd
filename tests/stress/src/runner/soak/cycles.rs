//! Opens and closes ten thousand sources.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;
use typed_eventsource_server::script::{Attempt, Script, Step};

use super::gauges::{Measurement, compare};
use crate::runner::stage::{Contender, Stage};

const HALF: u32 = 5_000;
/// How many sources are opened before the measurement. Meanwhile the browser compiles code and allocates buffers.
const WARM_UP: u32 = 500;
const PATIENCE: Duration = Duration::from_secs(300);
const STREAM: &str = "one";

pub(super) async fn run() -> Vec<String> {
    let what = format!("{} sources opened, heard and closed", 2 * HALF);
    compare(&what, measure_cycles).await
}

async fn measure_cycles(stage: &Stage, contender: Contender) -> Result<Measurement> {
    let event = "event: price\nid: 1\ndata: {\"n\":1}\n\n";
    stage.page.open_prepared(super::PREPARE).await;
    let steps = [Step::Send(event.into()), Step::Silence];
    let script = Script::always(Attempt::playing(steps));
    stage.stream_server.put(STREAM, script)?;
    let cycles = async |count| {
        let task = stage.task(contender, STREAM, json!({ "count": count }));
        let finished = stage.page.call_patiently("soak.cycles", task, PATIENCE);
        finished.await.map(drop)
    };
    cycles(WARM_UP).await?;
    Measurement::measure(stage, async |_| cycles(HALF).await).await
}
