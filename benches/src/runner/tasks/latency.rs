//! From the server's write to the handler.

use anyhow::Result;
use serde_json::json;
use typed_eventsource_harness::Page;
use typed_eventsource_server::script::{Attempt, Script, Step};

use crate::runner::{
    contenders::CLIENTS,
    figures::percentile,
    rounds::alternate,
    table::{Row, Table},
};

const EVENTS: u32 = 1_000;
/// Milliseconds from one event to the next.
const EVERY: u64 = 5;
/// The round that does not count need not be long.
const WARM_UP: u32 = 100;

pub(crate) async fn run(page: &Page, rounds: usize) -> Result<Vec<Table>> {
    let ticks = Step::Ticks {
        times: EVENTS,
        every: EVERY,
        send: "id: {n}\nevent: tick\ndata: {\"sent\":{now}}\n\n".into(),
    };
    page.server().put(
        "ticks",
        Script::always(Attempt::playing([ticks, Step::End])),
    )?;
    let contenders: Vec<_> = CLIENTS.iter().collect();
    let measured = alternate(page, &contenders, rounds, async |contender, round| {
        let count = if round == 0 { WARM_UP } else { EVENTS };
        let task = json!({
            "contender": contender.key, "url": "/streams/ticks", "name": "tick", "count": count,
        });
        let delays: Vec<f64> = page.call("delays", task).await?;
        Ok((percentile(&delays, 50), percentile(&delays, 99)))
    })
    .await?;
    let table = |measure, pick: fn(&(f64, f64)) -> f64| {
        let rows = contenders
            .iter()
            .zip(&measured)
            .map(|(contender, runs)| Row::of(contender, runs.iter().map(pick).collect()));
        Table {
            task: "latency",
            title: format!(
                "from the server's write to the handler, one event every {EVERY} ms, \
                 {EVENTS} events a round; {rounds} rounds"
            ),
            measure,
            unit: "ms",
            reference: Some(0),
            rows: rows.collect(),
        }
    };
    Ok(vec![
        table("p50", |(half, _)| *half),
        table("p99", |(_, most)| *most),
    ])
}
