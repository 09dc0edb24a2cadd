//! The tasks that read many events as fast as possible.

use anyhow::{Result, ensure};
use serde_json::json;
use typed_eventsource_harness::Page;
use typed_eventsource_server::script::{Attempt, Script, Step};

use super::{Timing, payloads};
use crate::runner::{
    contenders::{BYTES, CLIENTS, Contender, LOOPBACK},
    loopback,
    rounds::{ROUNDS_EACH, alternate_in_new_browsers},
    table::{Comparison, Row, Table},
};

/// The ids of the scripts on the test server, one for each [`Pace`](crate::runner::contenders::Pace).
const SCRIPT_IDS: [&str; 3] = ["slow", "fast", "limit"];

/// A text that the server repeats, and what a contender does with it.
struct Stream {
    task: &'static str,
    title: String,
    /// How many times the text is sent to a contender of each `Pace`.
    times: [u32; 3],
    text: String,
    /// How many events the text has. One of them has a listener.
    events: u32,
    /// The name of the event that has a listener.
    name: &'static str,
    /// The type of the event's data, as the page knows it.
    payload: &'static str,
    /// What the page adds to its sum for each event, to show that it has decoded the event.
    checksum: f64,
    unit: Unit,
}

#[derive(Clone, Copy)]
enum Unit {
    Events,
    Megabytes,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Events => "events/s",
            Self::Megabytes => "MB/s",
        }
    }
}

pub(crate) async fn typed(page: &Page, browsers: usize) -> Result<Vec<Table>> {
    let stream = Stream {
        task: "typed",
        title: "events of 125 bytes of JSON, with a name and an id, decoded".into(),
        times: [60_000, 300_000, 1_200_000],
        text: payloads::event("price", payloads::PRICE),
        events: 1,
        name: "price",
        payload: "price",
        checksum: payloads::PRICE_CHECKSUM,
        unit: Unit::Events,
    };
    run(page, browsers, stream).await
}

pub(crate) async fn unlistened(page: &Page, browsers: usize) -> Result<Vec<Table>> {
    let noise = payloads::event("noise", payloads::PRICE).repeat(9);
    let stream = Stream {
        task: "unlistened",
        title: "events of 125 bytes of JSON, of which one in ten has a listener".into(),
        times: [8_000, 40_000, 160_000],
        text: noise + &payloads::event("price", payloads::PRICE),
        events: 10,
        name: "price",
        payload: "price",
        checksum: payloads::PRICE_CHECKSUM,
        unit: Unit::Events,
    };
    run(page, browsers, stream).await
}

pub(crate) async fn large(page: &Page, browsers: usize) -> Result<Vec<Table>> {
    let (text, checksum) = payloads::large(1 << 20);
    let stream = Stream {
        task: "large",
        title: "events of 1 MiB of JSON".into(),
        times: [32, 96, 384],
        text,
        events: 1,
        name: "large",
        payload: "large",
        checksum,
        unit: Unit::Megabytes,
    };
    run(page, browsers, stream).await
}

pub(crate) async fn multi_line(page: &Page, browsers: usize) -> Result<Vec<Table>> {
    let (text, checksum) = payloads::multi_line(1000);
    let stream = Stream {
        task: "multi-line",
        title: "events of 1,000 lines of data, 40 bytes of JSON each".into(),
        times: [250, 900, 3_600],
        text,
        events: 1,
        name: "lines",
        payload: "lines",
        checksum,
        unit: Unit::Megabytes,
    };
    run(page, browsers, stream).await
}

async fn run(page: &Page, browsers: usize, stream: Stream) -> Result<Vec<Table>> {
    for (id, times) in SCRIPT_IDS.into_iter().zip(stream.times) {
        let send = stream.text.clone();
        let steps = vec![Step::Repeat { times, send }, Step::End];
        page.server()
            .put(id, Script::always(Attempt::playing(steps)))?;
    }
    let contenders: Vec<_> = CLIENTS.iter().chain([&BYTES, &LOOPBACK]).collect();
    let measured = alternate_in_new_browsers(page, &contenders, browsers, async |contender| {
        stream.rate_of(page, contender).await
    })
    .await?;
    let rows = contenders.iter().zip(measured);
    Ok(vec![Table {
        task: stream.task,
        title: format!(
            "{}; {browsers} browsers, {ROUNDS_EACH} rounds in each",
            stream.title
        ),
        measure: "rate",
        unit: stream.unit.name(),
        comparison: Comparison::Ratio,
        rows: rows
            .map(|(contender, runs)| Row::of(contender, runs))
            .collect(),
    }])
}

impl Stream {
    async fn rate_of(&self, page: &Page, contender: &Contender) -> Result<f64> {
        let pace = contender.pace as usize;
        let (id, times) = (SCRIPT_IDS[pace], self.times[pace]);
        let length = payloads::length(&self.text, times);
        let path = format!("/streams/{id}");
        let elapsed = match contender.key {
            key if key == LOOPBACK.key => {
                loopback::read(page.server().origin(), &path, length).await?
            }
            key => {
                let task = json!({
                    "contender": key, "url": path, "name": self.name, "payload": self.payload, "count": times,
                });
                let received: Timing = page.call("events", task).await?;
                let expected = match key {
                    key if key == BYTES.key => length as f64,
                    _ => self.checksum * f64::from(times),
                };
                ensure!(
                    received.sum == expected,
                    "the sum of the page is {} instead of {expected}",
                    received.sum
                );
                received.elapsed
            }
        };
        let amount = match self.unit {
            Unit::Events => f64::from(self.events) * f64::from(times),
            Unit::Megabytes => length as f64 / 1e6,
        };
        Ok(amount / (elapsed / 1000.0))
    }
}
