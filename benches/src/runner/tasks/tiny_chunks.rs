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

/// How many events a contender reads in a round.
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
        // The URL leads nowhere: the page replaces `fetch`.
        let task = json!({
            "contender": contender.key, "url": "/tiny-chunks", "name": "price", "payload": "price", "count": EVENTS,
            "text": payloads::event("price", payloads::PRICE), "chunk": CHUNK,
        });
        let received: Timing = page.call("tinyChunks", task).await?;
        let expected = payloads::PRICE_CHECKSUM * f64::from(EVENTS);
        ensure!(received.sum == expected, "the checksums add up to {} instead of {expected}", received.sum);
        Ok(f64::from(EVENTS) / (received.elapsed / 1000.0))
    })
    .await?;
    let rows = contenders.iter().zip(measured);
    Ok(vec![Table {
        task: "tiny-chunks",
        title: format!(
            "decoded events of 125 bytes of JSON, with name and id; the page makes the response, in chunks of {CHUNK} bytes; \
             {rounds} rounds"
        ),
        measure: "rate",
        unit: "events/s",
        comparison: Comparison::Ratio,
        rows: rows
            .map(|(contender, runs)| Row::of(contender, runs))
            .collect(),
    }])
}
