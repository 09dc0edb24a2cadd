//! Sources that are opened and closed, and what they leave behind.

use anyhow::Result;
use serde_json::{Value, json};
use typed_eventsource_harness::Page;
use typed_eventsource_server::script::{Attempt, Script, Step};

use super::{Memory, payloads};
use crate::runner::{
    contenders::{CLIENTS, Contender},
    rounds::alternate,
    table::{Row, Table},
};

/// In each round, so that seven rounds make two thousand and more.
const CYCLES: u32 = 300;

/// What one run measured.
struct Measured {
    /// Cycles a second.
    rate: f64,
    /// What is left on the JavaScript heap, in KiB.
    heap: f64,
    /// By how much the wasm memory grew, in KiB.
    wasm: f64,
}

pub(crate) async fn run(page: &Page, rounds: usize) -> Result<Vec<Table>> {
    let event = payloads::event("price", payloads::PRICE);
    page.server().put(
        "one",
        Script::always(Attempt::playing([Step::Send(event), Step::Silence])),
    )?;
    let contenders: Vec<_> = CLIENTS.iter().collect();
    let measured = alternate(page, &contenders, rounds, async |contender, _| {
        measure(page, contender).await
    })
    .await?;
    let rows = |pick: fn(&[Measured]) -> Vec<f64>| {
        let rows = contenders.iter().zip(&measured);
        rows.map(|(contender, runs)| Row::of(contender, pick(runs)))
            .collect()
    };
    let all = rounds as u64 * u64::from(CYCLES);
    let left = |measure, rows| Table {
        task: "open-close",
        title: format!("what is left after {all} cycles, garbage collected"),
        measure,
        unit: "KiB",
        reference: None,
        rows,
    };
    Ok(vec![
        Table {
            task: "open-close",
            title: format!("open, hear one event, close; {CYCLES} cycles a round; {rounds} rounds"),
            measure: "rate",
            unit: "cycles/s",
            reference: Some(0),
            rows: rows(|runs| runs.iter().map(|run| run.rate).collect()),
        },
        left(
            "JS heap",
            rows(|runs| vec![runs.iter().map(|run| run.heap).sum()]),
        ),
        left(
            "wasm memory",
            rows(|runs| vec![runs.iter().map(|run| run.wasm).sum()]),
        ),
    ])
}

async fn measure(page: &Page, contender: &Contender) -> Result<Measured> {
    let task = json!({
        "contender": contender.key, "url": "/streams/one", "name": "price", "count": CYCLES,
    });
    let before: Memory = page.call("memory", Value::Null).await?;
    let elapsed: f64 = page.call("cycles", task).await?;
    let after: Memory = page.call("memory", Value::Null).await?;
    Ok(Measured {
        rate: f64::from(CYCLES) / (elapsed / 1000.0),
        heap: (after.heap - before.heap) / 1024.0,
        wasm: (after.npm + after.rust - before.npm - before.rust) / 1024.0,
    })
}
