//! The task `parsers`: the parsers alone, on bytes that are there. Those in Rust run natively, those in JavaScript in the page.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use bytes::Bytes;
use futures::{StreamExt, executor::block_on, stream};
use serde::Deserialize;
use serde_json::json;
use typed_eventsource_core::parser::{Item, Parser};
use typed_eventsource_harness::Page;

use super::payloads;
use crate::runner::{
    contenders::{Contender, Pace},
    rounds::{alternate, alternating_order},
    table::{Comparison, Row, Table},
};

/// A stream, and how it is cut.
struct Stream {
    title: &'static str,
    text: String,
    /// The bytes of a chunk.
    chunk: usize,
}

/// How long a parser repeats a stream in a round.
const BUSY: Duration = Duration::from_millis(50);

/// What the page answers when a parser has repeated a stream.
#[derive(Deserialize)]
struct Parsed {
    /// In milliseconds.
    elapsed: f64,
    bytes: f64,
    /// How long the data and the ids of the stream are in all.
    sum: f64,
}

/// Parses all chunks and returns how many bytes of data there were.
type Parse = fn(&[Bytes]) -> usize;

/// The parsers in Rust: the key and the label of each.
const RUST: [(&str, &str, Parse); 3] = [
    ("sse-core", "sse-core 0.2.3", sse_core),
    ("sseer", "sseer 0.3.1", sseer),
    ("ours-rust", "typed-eventsource-core", ours),
];

/// The parsers in JavaScript, which get bytes too.
const JAVASCRIPT: [Contender; 3] = [
    Contender {
        key: "eventsource-parser",
        label: "eventsource-parser 4.1.3 + TextDecoder",
        pace: Pace::Fast,
    },
    Contender {
        key: "fetch-event-source",
        label: "@microsoft/fetch-event-source 2.0.1, its parser",
        pace: Pace::Fast,
    },
    Contender {
        key: "ours-js",
        label: "typed-eventsource/parser",
        pace: Pace::Fast,
    },
];

fn streams() -> [Stream; 8] {
    let small = "data: 1\n\n".repeat(100_000);
    let price = payloads::event("price", payloads::PRICE);
    let typed = counted(20_000, &price);
    let translated = payloads::PRICE.replace("a bit of text", "λίγο κείμενο, 少し, 😀");
    let translated = counted(20_000, &payloads::event("price", &translated));
    let comment = ": a comment that keeps the connection alive\n";
    let comments = counted(5_000, &(comment.repeat(9) + &price));
    let (long, _) = payloads::large(64 * 1024);
    let long = counted(50, &long);
    [
        (
            "events of 125 bytes of JSON, with a name and an id, in chunks of 64 KiB",
            &typed,
            64 * 1024,
        ),
        (
            "events of 125 bytes of JSON, with a name and an id, in chunks of 10 bytes",
            &typed,
            10,
        ),
        ("events of 9 bytes, in chunks of 1,460 bytes", &small, 1460),
        ("events of 9 bytes, in chunks of 10 bytes", &small, 10),
        (
            "events that are not ASCII, in chunks of 64 KiB",
            &translated,
            64 * 1024,
        ),
        (
            "events with nine comments before each, in chunks of 64 KiB",
            &comments,
            64 * 1024,
        ),
        (
            "events of one line of 64 KiB, in chunks of 64 KiB",
            &long,
            64 * 1024,
        ),
        (
            "events of one line of 64 KiB, in chunks of 1,460 bytes",
            &long,
            1460,
        ),
    ]
    .map(|(title, text, chunk)| Stream {
        title,
        text: text.clone(),
        chunk,
    })
}

/// A text, repeated, in which `{n}` counts up.
fn counted(times: usize, text: &str) -> String {
    (0..times)
        .map(|n| text.replace("{n}", &n.to_string()))
        .collect()
}

pub(crate) async fn run(page: &Page, rounds: usize) -> Result<Vec<Table>> {
    let mut tables = Vec::new();
    for stream in streams() {
        tables.push(stream.in_rust(rounds)?);
        tables.push(stream.in_javascript(page, rounds).await?);
    }
    Ok(tables)
}

impl Stream {
    fn in_rust(&self, rounds: usize) -> Result<Table> {
        let bytes = Bytes::from(self.text.clone());
        let chunks: Vec<_> = (0..bytes.len())
            .step_by(self.chunk)
            .map(|start| bytes.slice(start..bytes.len().min(start + self.chunk)))
            .collect();
        let expected = ours(&chunks);
        let mut runs = vec![Vec::new(); RUST.len()];
        for round in 0..=rounds {
            for index in alternating_order(RUST.len(), round) {
                let (key, _, parse) = RUST[index];
                let (start, mut times) = (Instant::now(), 0);
                while start.elapsed() < BUSY {
                    ensure!(parse(&chunks) == expected, "`{key}` has found other data");
                    times += 1;
                }
                let elapsed = start.elapsed().as_secs_f64();
                if round > 0 {
                    runs[index].push(bytes.len() as f64 * f64::from(times) / 1e6 / elapsed);
                }
            }
        }
        let rows = RUST.iter().zip(runs).map(|((key, label, _), runs)| Row {
            contender: (*key).into(),
            label: (*label).into(),
            runs,
        });
        Ok(self.table("in Rust", rounds, rows.collect()))
    }

    async fn in_javascript(&self, page: &Page, rounds: usize) -> Result<Table> {
        let contenders: Vec<_> = JAVASCRIPT.iter().collect();
        let mut expected = None;
        let runs = alternate(page, &contenders, rounds, async |contender, _| {
            let task = json!({
                "contender": contender.key, "text": self.text, "chunk": self.chunk, "busy": BUSY.as_millis() as u64,
            });
            let parsed: Parsed = page.call("parse", task).await?;
            let sum = *expected.get_or_insert(parsed.sum);
            ensure!(parsed.sum == sum, "the parsers have found other data");
            Ok(parsed.bytes / 1e3 / parsed.elapsed)
        })
        .await?;
        let rows = contenders.iter().zip(runs);
        let rows = rows.map(|(contender, runs)| Row::of(contender, runs));
        Ok(self.table("in JavaScript", rounds, rows.collect()))
    }

    fn table(&self, place: &str, rounds: usize, rows: Vec<Row>) -> Table {
        Table {
            task: "parsers",
            title: format!("{}, {place}; {rounds} rounds", self.title),
            measure: "rate",
            unit: "MB/s",
            comparison: Comparison::Ratio,
            rows,
        }
    }
}

fn ours(chunks: &[Bytes]) -> usize {
    let mut parser: Parser = Parser::new(Vec::new(), 1 << 24);
    let mut length = 0;
    for chunk in chunks {
        let mut items = parser.parse(chunk);
        while let Some(Ok(item)) = items.next() {
            if let Item::Event(event) = item {
                length += black_box(event.into_data()).len();
            }
        }
    }
    length
}

fn sse_core(chunks: &[Bytes]) -> usize {
    let mut decoder = sse_core::SseDecoder::new();
    let mut length = 0;
    for chunk in chunks {
        let mut chunk = chunk.clone();
        while let Some(event) = decoder.next(&mut chunk) {
            if let Ok(sse_core::SseEvent::Message(event)) = event {
                length += black_box(event).data.len();
            }
        }
    }
    length
}

/// It has no other interface than a stream.
fn sseer(chunks: &[Bytes]) -> usize {
    let chunks = stream::iter(chunks.iter().cloned().map(Ok::<_, ()>));
    block_on(async {
        let mut events = sseer::EventStream::new(chunks);
        let mut length = 0;
        while let Some(Ok(event)) = events.next().await {
            length += black_box(event).data.len();
        }
        length
    })
}
