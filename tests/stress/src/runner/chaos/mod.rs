//! Streams that fail in every way, followed by both clients over both transports in both browsers. With de-duplication each event
//! comes once and in order, without it at least once. Gaps are reported.

mod check;
mod figures;
mod seeds;
mod servers;
mod stream;
pub(crate) mod tabs;

use std::{
    collections::HashMap,
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use typed_eventsource_e2e::BrowserKind;
use typed_eventsource_harness::{Page, catch_panic};
use typed_eventsource_server::chaos::{Chaos, SeenStream};

use super::launch;
use check::{Report, check};
use figures::{Figures, browser_name};
use servers::Servers;
pub(crate) use stream::Stream;

/// The extent of a run.
struct Extent {
    /// How many streams of each kind there are.
    count: u32,
    /// How many events a stream has.
    events: u64,
    /// How many streams are open at the same time.
    concurrency: usize,
    /// The time between two restarts of servers.
    restart: Duration,
    /// How long a browser may take for all streams.
    patience: Duration,
}

/// With this extent each transport is disconnected more than ten thousand times in each browser.
const LONG: Extent = Extent {
    count: 16,
    events: 300,
    concurrency: 160,
    restart: Duration::from_secs(3),
    patience: Duration::from_secs(900),
};
/// With this extent a run takes about a minute.
const SHORT: Extent = Extent {
    count: 4,
    events: 100,
    concurrency: 160,
    restart: Duration::from_secs(2),
    patience: Duration::from_secs(900),
};

/// The options of one run.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) is_short: bool,
    pub(crate) seed: Option<u64>,
    /// Follows only this stream.
    pub(crate) stream: Option<Stream>,
    /// Runs only in this browser.
    pub(crate) browser: Option<BrowserKind>,
}

/// Follows the streams, and returns whether everything was right.
pub(crate) async fn run(options: &Options) -> Result<bool> {
    let extent = if options.is_short { &SHORT } else { &LONG };
    let seed = options.seed.unwrap_or_else(|| match options.is_short {
        true => seeds::SHORT,
        false => seed_from_clock(),
    });
    let chosen = options.stream.map(|stream| vec![stream]);
    let chosen = chosen.unwrap_or_else(|| Stream::of_all_kinds(extent.count));
    let mut streams: Vec<_> = chosen.into_iter().map(|stream| (seed, stream)).collect();
    if options.is_short && options.stream.is_none() {
        let others: Vec<_> = seeds::pinned()?
            .into_iter()
            .filter(|pinned| !streams.contains(pinned))
            .collect();
        streams.extend(others);
    }
    println!(
        "chaos: seed {seed}, {} streams of {} events in each browser",
        streams.len(),
        extent.events
    );
    let mut figures = Figures::new(options.is_short);
    for kind in [BrowserKind::Chromium, BrowserKind::Firefox] {
        if options.browser.is_none_or(|only| only == kind) {
            follow_in(kind, &streams, extent, &mut figures).await?;
        }
    }
    print!("{figures}");
    for fault in figures.faults() {
        println!("{fault}");
    }
    let (passed, failed) = figures.tally();
    let outcome = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {outcome}. {passed} passed; {failed} failed");
    Ok(failed == 0)
}

fn seed_from_clock() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_secs() % 1_000_000
}

async fn follow_in(
    kind: BrowserKind,
    streams: &[(u64, Stream)],
    extent: &Extent,
    figures: &mut Figures,
) -> Result<()> {
    let chaos = Chaos::default();
    let mut servers = Servers::start(&chaos).await?;
    let page = launch(kind).await?;
    let began = Instant::now();
    let outcome = catch_panic(follow(&page, streams, extent, &mut servers)).await;
    let restarts = servers.restarts();
    page.close().await;
    servers.stop().await;

    let Followed {
        mut reports,
        page_errors,
    } = outcome?;
    for (seed, stream) in streams {
        let seen = chaos.seen(*seed, &stream.to_string());
        let report = reports.remove(&stream.name_with_seed(*seed));
        let checked = check_if_ended(report, &seen, stream, extent);
        figures.add(kind, *seed, stream, checked, &seen);
    }
    figures.add_run(kind, restarts, began.elapsed(), page_errors);
    Ok(())
}

/// Checks the report of a stream. A stream without a report has not ended, which is a fault.
fn check_if_ended(
    report: Option<Report>,
    seen: &SeenStream,
    stream: &Stream,
    extent: &Extent,
) -> (Report, check::CheckResult) {
    let Some(report) = report else {
        let faults = vec![format!(
            "it has not ended, after {} attempts",
            seen.attempts
        )];
        let result = check::CheckResult {
            faults,
            ..check::CheckResult::default()
        };
        return (Report::default(), result);
    };
    let result = check(&report, seen, extent.events, stream.deduplicates());
    (report, result)
}

/// What came of the streams.
struct Followed {
    /// The page's reports, by the names of the streams.
    reports: HashMap<String, Report>,
    page_errors: Vec<String>,
}

#[derive(Deserialize)]
struct Taken {
    reports: Vec<Report>,
    unfinished: Vec<String>,
}

/// Follows all streams to their ends, while servers restart.
async fn follow(
    page: &Page,
    streams: &[(u64, Stream)],
    extent: &Extent,
    servers: &mut Servers,
) -> Result<Followed> {
    let origins = servers.origins();
    let tasks = streams.iter().zip(origins.iter().cycle());
    let tasks = tasks.map(|((seed, stream), origin)| stream.task(origin, *seed, extent.events));
    let tasks: Vec<_> = tasks.collect();
    page.open().await;
    let task = json!({ "tasks": tasks, "concurrency": extent.concurrency });
    page.call::<Value>("chaos.begin", task)
        .await
        .context("the page does not begin")?;

    let deadline = Instant::now() + extent.patience;
    let mut next_restart = Instant::now() + extent.restart;
    let mut reports = HashMap::new();
    loop {
        let taken: Taken = page.call("chaos.take", Value::Null).await?;
        let named = taken.reports.into_iter();
        reports.extend(named.map(|report| (report.name.clone(), report)));
        if taken.unfinished.is_empty() || Instant::now() > deadline {
            break;
        }
        if Instant::now() > next_restart {
            servers.restart_next().await?;
            next_restart = Instant::now() + extent.restart;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let page_errors = page.call("pageErrors", Value::Null).await?;
    Ok(Followed {
        reports,
        page_errors,
    })
}
