//! The task `tiny-chunks`: the clients over fetch, on a response that comes in chunks of a few bytes. The page makes the response,
//! since a server takes longer to send such a chunk than a client to read it.

use anyhow::{Result, ensure};
use serde_json::json;
use typed_eventsource_harness::Page;

use super::{Timing, payloads};
use crate::runner::{
    contenders::clients,
    rounds::alternate,
    table::{Comparison, Row, Table},
};

const EVENTS: u32 = 2_000;
/// The bytes of a chunk.
const CHUNK: usize = 10;

pub(crate) async fn run(page: &Page, rounds: usize) -> Result<Vec<Table>> {
    let contenders = clients(&[
        "eventsource-parser",
        "fetch-event-source",
        "eventsource",
        "eventsource-client",
        "ours-js-fetch",
        "ours-js-fetch-without-wasm",
        "ours-rust-fetch",
        "ours-rust-fetch-js",
    ]);
    let measured = alternate(page, &contenders, rounds, async |contender, _| {
        let task = json!({
            "contender": contender.key, "url": "/tiny-chunks", "name": "price", "payload": "price", "count": EVENTS,
            "text": payloads::event("price", payloads::PRICE), "chunk": CHUNK,
        });
        let heard: Timing = page.call("tinyChunks", task).await?;
        let expected = payloads::PRICE_CHECKSUM * f64::from(EVENTS);
        ensure!(heard.sum == expected, "the sum of the page is {} instead of {expected}", heard.sum);
        Ok(f64::from(EVENTS) / (heard.elapsed / 1000.0))
    })
    .await?;
    let rows = contenders.iter().zip(measured);
    Ok(vec![Table {
        task: "tiny-chunks",
        title: format!(
            "events of 125 bytes of JSON, with a name and an id, decoded, from a response that the page makes, \
             in chunks of {CHUNK} bytes; {rounds} rounds"
        ),
        measure: "rate",
        unit: "events/s",
        comparison: Comparison::Ratio,
        rows: rows
            .map(|(contender, runs)| Row::of(contender, runs))
            .collect(),
    }])
}
