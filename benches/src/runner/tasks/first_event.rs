//! The task `first-event`: how long it takes until a fresh document hears its first event.

use anyhow::Result;
use serde::Deserialize;
use serde_json::{Value, json};
use typed_eventsource_harness::Page;
use typed_eventsource_server::script::{Attempt, Script, Step};

use super::payloads;
use crate::runner::{
    contenders::clients,
    figures::median,
    rounds::alternate,
    table::{Comparison, Row, Table},
};

/// How many documents of each kind there are in one round. Their median counts.
const DOCUMENTS: u32 = 5;

/// How a document gets a contender.
enum Start {
    /// A bundle of the page, and the function of it that opens a source.
    Bundle(&'static str, &'static str),
    /// One of the smallest apps in Rust.
    App(&'static str),
}

/// The contenders, each with how a document gets it.
const STARTS: [(&str, Start); 11] = [
    ("browser", Start::Bundle("browser", "listen")),
    (
        "fetch-event-source",
        Start::Bundle("fetch-event-source", "listen"),
    ),
    ("eventsource", Start::Bundle("eventsource", "listen")),
    (
        "eventsource-client",
        Start::Bundle("eventsource-client", "listen"),
    ),
    (
        "eventsource-parser",
        Start::Bundle("eventsource-parser", "listen"),
    ),
    ("ours-js-browser", Start::Bundle("ours", "listen")),
    ("ours-js-fetch", Start::Bundle("ours", "listenByFetch")),
    (
        "ours-js-fetch-without-wasm",
        Start::Bundle("ours-without-wasm", "listen"),
    ),
    ("gloo", Start::App("gloo")),
    ("ours-rust-browser", Start::App("json")),
    ("ours-rust-fetch", Start::App("fetch")),
];

/// The milliseconds that two documents took.
#[derive(Deserialize)]
struct Times {
    cold: f64,
    warm: f64,
}

pub(crate) async fn run(page: &Page, rounds: usize) -> Result<Vec<Table>> {
    let event = payloads::event("price", payloads::PRICE);
    page.server().put(
        "prices",
        Script::always(Attempt::playing([Step::Send(event), Step::Silence])),
    )?;
    let contenders = clients(&STARTS.map(|(key, _)| key));
    let measured = alternate(page, &contenders, rounds, async |contender, _| {
        let start = STARTS.iter().find(|(key, _)| *key == contender.key);
        let task = start.map(|(_, start)| task_of(start));
        let times: Vec<Times> = page.call("firstEvents", task.unwrap_or_default()).await?;
        Ok(times)
    })
    .await?;
    let table = |measure, title: &str, pick: fn(&Times) -> f64| {
        let median_of =
            |documents: &Vec<Times>| median(&documents.iter().map(pick).collect::<Vec<_>>());
        let rows = contenders
            .iter()
            .zip(&measured)
            .map(|(contender, runs)| Row::of(contender, runs.iter().map(median_of).collect()));
        Table {
            task: "first-event",
            title: format!("{title}, in a fresh document; medians of {DOCUMENTS}, {rounds} rounds"),
            measure,
            unit: "ms",
            comparison: Comparison::Difference,
            rows: rows.collect(),
        }
    };
    Ok(vec![
        table(
            "cold",
            "from the first import, with nothing cached, to the first event",
            |times| times.cold,
        ),
        table(
            "warm",
            "from `new EventSource`, in a warm browser with the modules loaded, to the first event",
            |times| times.warm,
        ),
    ])
}

fn task_of(start: &Start) -> Value {
    match start {
        Start::Bundle(name, listen) => json!({
            "module": format!("/contenders/{name}.js"), "listen": listen,
            "url": "/streams/prices", "name": "price", "count": DOCUMENTS,
        }),
        // The app itself knows the stream.
        Start::App(name) => json!({
            "module": format!("/sizes/rust/{name}/glue.js"), "wasm": format!("/sizes/rust/{name}/app_bg.wasm"),
            "count": DOCUMENTS,
        }),
    }
}
