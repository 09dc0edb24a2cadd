//! Tabs that share a connection, while they are opened and closed, fail and come back. Each hears each event once and in order, none
//! is without events for long, and the connection is closed after the last of them.

mod figures;
mod plan;
mod play;
mod sum;
mod watch;
mod way;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use tokio::time::sleep;
use typed_eventsource_e2e::{Browser, BrowserKind};
use typed_eventsource_harness::catch_panic;
use typed_eventsource_server::{Config, Server, clock::Clock};

use super::{browser_name, seed_from_clock, seeds};
use figures::Figures;
use plan::Plan;
use play::Play;
use sum::{Limits, Sum};
use watch::Watch;
pub(crate) use way::Way;

/// The folder of the page, relative to the workspace's root. It needs nothing that is built.
const FOLDER: &str = "tests/stress/page";
/// The time between two events.
const EVENT_PERIOD: Duration = Duration::from_millis(20);
/// After as many steps the tabs are asked what they have heard.
const STEPS_TO_TAKE: usize = 10;

const STRICT: Limits = Limits {
    living: Duration::from_secs(1),
    arrived: Duration::from_secs(4),
};
/// On a busy machine all takes longer.
const GENEROUS: Limits = Limits {
    living: Duration::from_secs(10),
    arrived: Duration::from_secs(10),
};

/// The extent of a run. The ways of pages over plain HTTP, and of separate connections, have half as many steps.
struct Extent {
    /// How many tabs are open at first.
    tabs: usize,
    chromium_steps: usize,
    /// Firefox is slower, and does fewer kinds.
    firefox_steps: usize,
    /// The longest time between two steps.
    longest_pause: Duration,
}

impl Extent {
    fn steps(&self, kind: BrowserKind, way: Way) -> usize {
        let steps = match kind {
            BrowserKind::Chromium => self.chromium_steps,
            BrowserKind::Firefox => self.firefox_steps,
        };
        match way {
            Way::Worker | Way::Locks => steps,
            Way::PlainHttp | Way::Own => steps / 2,
        }
    }
}

const LONG: Extent = Extent {
    tabs: 8,
    chromium_steps: 1000,
    firefox_steps: 1000,
    longest_pause: Duration::from_millis(1500),
};
/// With this extent a run takes about half a minute.
const SHORT: Extent = Extent {
    tabs: 3,
    chromium_steps: 40,
    firefox_steps: 20,
    longest_pause: Duration::from_millis(200),
};

/// The options of one run.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) is_short: bool,
    /// Whether each time without events of more than a second is a fault.
    pub(crate) is_strict: bool,
    pub(crate) steps: Option<usize>,
    pub(crate) seed: Option<u64>,
    /// Runs only in this browser.
    pub(crate) browser: Option<BrowserKind>,
    /// Shares only in this way.
    pub(crate) way: Option<Way>,
}

/// Runs each way in each browser, and returns whether everything was right.
pub(crate) async fn run(options: &Options) -> Result<bool> {
    let extent = if options.is_short { &SHORT } else { &LONG };
    let seed = options.seed.unwrap_or_else(|| match options.is_short {
        true => seeds::SHORT,
        false => seed_from_clock(),
    });
    println!("chaos of tabs: seed {seed}");
    let mut figures = Figures::default();
    if options.is_short {
        let [chromium, firefox] = [BrowserKind::Chromium, BrowserKind::Firefox]
            .map(|kind| run_in(kind, options, extent, seed));
        let (chromium, firefox) = tokio::join!(chromium, firefox);
        figures.add_all(chromium?.into_iter().chain(firefox?));
    } else {
        for kind in [BrowserKind::Chromium, BrowserKind::Firefox] {
            figures.add_all(run_in(kind, options, extent, seed).await?);
        }
    }
    print!("{figures}");
    let (passed, failed) = figures.tally();
    let outcome = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {outcome}. {passed} passed; {failed} failed");
    Ok(failed == 0)
}

/// One way in one browser, and what came of it.
#[derive(Debug)]
struct Run {
    browser: BrowserKind,
    way: Way,
    sum: Sum,
    /// The command that repeats it.
    command: String,
}

/// Runs each way in this browser, if it is wanted.
async fn run_in(
    kind: BrowserKind,
    options: &Options,
    extent: &Extent,
    seed: u64,
) -> Result<Vec<Run>> {
    if options.browser.is_some_and(|only| only != kind) {
        return Ok(Vec::new());
    }
    let limits = if options.is_strict { STRICT } else { GENEROUS };
    let mut runs = Vec::new();
    for way in Way::ALL {
        if options.way.is_some_and(|only| only != way) {
            continue;
        }
        let steps = options.steps.unwrap_or_else(|| extent.steps(kind, way));
        let mut sum = Sum::default();
        let playing = catch_panic(run_way(kind, way, extent, steps, seed, &mut sum));
        if let Err(error) = playing.await {
            sum.add_fault(&format!("{error:#}"));
        }
        sum.check(way, limits);
        let mut flags = String::new();
        for (flag, is_given) in [
            (" --short", options.is_short),
            (" --strict", options.is_strict),
        ] {
            if is_given {
                flags += flag;
            }
        }
        let name = browser_name(kind);
        let command = format!(
            "cargo xtask chaos tabs --seed {seed} --steps {steps} --browser {name} --way {way}{flags}"
        );
        runs.push(Run {
            browser: kind,
            way,
            sum,
            command,
        });
    }
    Ok(runs)
}

async fn run_way(
    kind: BrowserKind,
    way: Way,
    extent: &Extent,
    steps: usize,
    seed: u64,
    sum: &mut Sum,
) -> Result<()> {
    let clock = Clock::start(EVENT_PERIOD);
    let config = Config {
        www: Some(PathBuf::from(FOLDER)),
        pkg: Some("pkg".into()),
        ..Config::default()
    };
    let server = Server::start_with(config, |stop| Ok(clock.routes(stop)));
    let server = server.await.context("the server does not start")?;
    let browser = Browser::launch(kind).await;
    let plan = Plan::new(seed, kind, way, extent.longest_pause);
    let mut play = Play::new(&browser, &clock, way.page(server.origin())).await;
    let watch = Watch::start(clock.clone());
    let began = Instant::now();
    let played = catch_panic(play_all(plan, &mut play, &watch, extent, steps, way, sum)).await;
    sum.took = began.elapsed();
    sum.connections = watch.connections();
    sum.opened = clock.opened();
    let closed = catch_panic(async {
        browser.close().await;
        Ok(())
    });
    let closed = closed.await;
    server.stop().await;
    played.and(closed)
}

async fn play_all(
    mut plan: Plan,
    play: &mut Play<'_>,
    watch: &Watch,
    extent: &Extent,
    steps: usize,
    way: Way,
    sum: &mut Sum,
) -> Result<()> {
    while let Some(step) = plan.open(extent.tabs) {
        play.carry_out(step, sum).await?;
    }
    for number in 1..=steps {
        let step = plan.next().context("there is a step")?;
        play.carry_out(step, sum).await?;
        // A tab that leads, or catches up, keeps its connection while it is suspended.
        watch.allow(1 + plan.away());
        sleep(step.pause).await;
        if number % STEPS_TO_TAKE == 0 {
            play.take_all(&plan.living(), sum).await?;
        }
    }
    while let Some(step) = plan.go_on() {
        play.carry_out(step, sum).await?;
    }
    let connections = match way {
        Way::Own => plan.living().len(),
        _ => 1,
    };
    play.settle(connections, sum).await?;
    sum.closing = play.close_all().await?;
    Ok(())
}
