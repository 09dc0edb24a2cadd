//! The task `growth`: shows whether an event costs as much after millions of events as after thousands.

use anyhow::Result;
use serde_json::{Value, json};
use typed_eventsource_harness::Page;
use typed_eventsource_server::script::{Attempt, Script, Step};

use super::{Memory, Timing, payloads};
use crate::runner::{
    contenders::{Contender, clients},
    figures::format_figure,
    rounds::{alternating_order, collect_garbage},
    table::{Comparison, Row, Table},
};

const COUNTS: [u32; 4] = [10_000, 100_000, 1_000_000, 5_000_000];

/// The contenders, each with how many of `COUNTS` it reads. JavaScript leaves out the largest, which would take minutes.
const CONTENDERS: [(&str, usize); 2] = [("ours-js-fetch", 3), ("ours-rust-fetch", 4)];

pub(crate) async fn run(page: &Page, rounds: usize) -> Result<Vec<Table>> {
    for count in COUNTS {
        let send = payloads::event("price", payloads::PRICE);
        let flood = Step::Repeat { times: count, send };
        page.server().put(
            &stream_name(count),
            Script::always(Attempt::playing([flood, Step::End])),
        )?;
    }
    let mut tables = Vec::new();
    for (key, counts) in CONTENDERS {
        for contender in clients(&[key]) {
            page.open().await;
            tables.extend(measure(page, contender, &COUNTS[..counts], rounds).await?);
        }
    }
    Ok(tables)
}

/// Round 0 starts on a new page and goes from the fewest events to the most, so that the memory shows what each step adds.
/// The times of round 0 do not count.
async fn measure(
    page: &Page,
    contender: &Contender,
    counts: &[u32],
    rounds: usize,
) -> Result<[Table; 2]> {
    let mut times = vec![Vec::new(); counts.len()];
    let mut memory = times.clone();
    for round in 0..=rounds {
        for index in alternating_order(counts.len(), round) {
            collect_garbage(page).await?;
            let time = time_per_event(page, contender, counts[index]).await?;
            if round > 0 {
                times[index].push(time);
            } else {
                memory[index].push(wasm_memory(page, contender).await?);
            }
        }
    }
    let table = |measure, unit, runs: Vec<Vec<f64>>| Table {
        task: "growth",
        title: format!("{}; {rounds} rounds", contender.label),
        measure,
        unit,
        comparison: Comparison::Ratio,
        rows: counts
            .iter()
            .zip(runs)
            .map(|(&count, runs)| Row {
                contender: format!("{}-{count}", contender.key),
                label: format!("{} events", format_figure(count.into())),
                runs,
            })
            .collect(),
    };
    Ok([
        table("time", "ns/event", times),
        table("wasm memory", "KiB", memory),
    ])
}

/// The nanoseconds that one event takes.
async fn time_per_event(page: &Page, contender: &Contender, count: u32) -> Result<f64> {
    let task = json!({
        "contender": contender.key, "url": format!("/streams/{}", stream_name(count)), "name": "price",
        "payload": "price", "count": count,
    });
    let received: Timing = page.call("events", task).await?;
    Ok(received.elapsed * 1e6 / f64::from(count))
}

/// The memory of the contender's WebAssembly, in KiB.
async fn wasm_memory(page: &Page, contender: &Contender) -> Result<f64> {
    let memory: Memory = page.call("memory", Value::Null).await?;
    let bytes = if contender.key.starts_with("ours-js-") {
        memory.npm_wasm
    } else {
        memory.rust_wasm
    };
    Ok(bytes / 1024.0)
}

fn stream_name(count: u32) -> String {
    format!("growth-{count}")
}
