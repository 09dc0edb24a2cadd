//! The task `open-close`: how fast sources open and close, and by how much the memory grows meanwhile.

use anyhow::Result;
use serde_json::{Value, json};
use typed_eventsource_harness::Page;
use typed_eventsource_server::script::{Attempt, Script, Step};

use super::{Memory, payloads};
use crate::runner::{
    contenders::{CLIENTS, Contender},
    rounds::alternate,
    table::{Comparison, Row, Table},
};

/// How many times a contender opens and closes a source in one round: 1,400 times in seven rounds.
const CYCLES: u32 = 200;

/// What one run measured.
struct Measured {
    cycles_per_second: f64,
    /// By how much the JavaScript heap grew, in KiB.
    heap_growth: f64,
    /// By how much the wasm memory grew, in KiB.
    wasm_growth: f64,
}

pub(crate) async fn run(page: &Page, rounds: usize) -> Result<Vec<Table>> {
    let event = payloads::event("price", payloads::PRICE);
    page.server().put(
        "one",
        Script::always(Attempt::playing([Step::Send(event), Step::Silence])),
    )?;
    let contenders: Vec<_> = CLIENTS.iter().collect();
    let measured = alternate(page, &contenders, rounds, async |contender, _| {
        run_cycles(page, contender).await
    })
    .await?;
    let rows = |pick: fn(&[Measured]) -> Vec<f64>| {
        let rows = contenders.iter().zip(&measured);
        rows.map(|(contender, runs)| Row::of(contender, pick(runs)))
            .collect()
    };
    let total_cycles = rounds as u64 * u64::from(CYCLES);
    let growth = |measure, rows| Table {
        task: "open-close",
        title: format!("growth of the memory over {total_cycles} cycles, after garbage collection"),
        measure,
        unit: "KiB",
        comparison: Comparison::None,
        rows,
    };
    Ok(vec![
        Table {
            task: "open-close",
            title: format!(
                "open, receive one event, close; {CYCLES} cycles a round; {rounds} rounds"
            ),
            measure: "rate",
            unit: "cycles/s",
            comparison: Comparison::Ratio,
            rows: rows(|runs| runs.iter().map(|run| run.cycles_per_second).collect()),
        },
        growth(
            "JS heap",
            rows(|runs| vec![runs.iter().map(|run| run.heap_growth).sum()]),
        ),
        growth(
            "wasm memory",
            rows(|runs| vec![runs.iter().map(|run| run.wasm_growth).sum()]),
        ),
    ])
}

async fn run_cycles(page: &Page, contender: &Contender) -> Result<Measured> {
    let task = json!({
        "contender": contender.key, "url": "/streams/one", "name": "price", "count": CYCLES,
    });
    let before: Memory = page.call("memory", Value::Null).await?;
    let elapsed: f64 = page.call("timeCycles", task).await?;
    let after: Memory = page.call("memory", Value::Null).await?;
    Ok(Measured {
        cycles_per_second: f64::from(CYCLES) / (elapsed / 1000.0),
        heap_growth: (after.heap - before.heap) / 1024.0,
        wasm_growth: (after.npm_wasm + after.rust_wasm - before.npm_wasm - before.rust_wasm)
            / 1024.0,
    })
}
