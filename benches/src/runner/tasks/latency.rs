//! The task `latency`: the time from the server's write to the handler.

use anyhow::Result;
use serde_json::json;
use typed_eventsource_harness::Page;
use typed_eventsource_server::script::{Attempt, Script, Step};

use crate::runner::{
    contenders::{CLIENTS, TABS},
    figures::percentile,
    rounds::alternate,
    table::{Comparison, Row, Table},
};

const EVENTS: u32 = 250;
/// Milliseconds from one event to the next.
const EVERY: u64 = 5;
/// How many events the round has that does not count.
const WARM_UP_EVENTS: u32 = 50;

/// The latencies of one run, in milliseconds.
struct Percentiles {
    p50: f64,
    p99: f64,
}

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
    let contenders: Vec<_> = CLIENTS.iter().chain([&TABS]).collect();
    let measured = alternate(page, &contenders, rounds, async |contender, round| {
        let count = if round == 0 { WARM_UP_EVENTS } else { EVENTS };
        let task = json!({
            "contender": contender.key, "url": "/streams/ticks", "name": "tick", "count": count,
        });
        let latencies: Vec<f64> = page.call("latencies", task).await?;
        Ok(Percentiles {
            p50: percentile(&latencies, 50),
            p99: percentile(&latencies, 99),
        })
    })
    .await?;
    let table = |measure, pick: fn(&Percentiles) -> f64| {
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
            comparison: Comparison::Ratio,
            rows: rows.collect(),
        }
    };
    Ok(vec![
        table("p50", |percentiles| percentiles.p50),
        table("p99", |percentiles| percentiles.p99),
    ])
}
