//! Runs the tasks in rounds, and computes the figures.

mod contenders;
mod figures;
mod loopback;
mod picture;
mod results;
mod rounds;
mod table;
mod tasks;

use std::{fs, num::NonZeroUsize, path::Path};

use anyhow::{Context, Result};
use clap::Parser;
use tokio::runtime::Runtime;
use typed_eventsource_e2e::BrowserKind;
use typed_eventsource_harness::Page;

use table::Table;

const HTML: &str = include_str!("../../page/index.html");
/// The folder of the page and the results, relative to the workspace's root.
const FOLDER: &str = "target/bench";

/// The command line: the names of the tasks, and how many rounds each has.
#[derive(Debug, Parser)]
struct Arguments {
    tasks: Vec<String>,
    /// How many rounds count. The tasks that read many events as fast as possible have this many browsers instead. With seven the
    /// median is stable, and all tasks take a quarter of an hour
    #[arg(long, default_value = "7")]
    rounds: NonZeroUsize,
}

/// Measures what the command line asks for.
pub(crate) fn main() -> Result<()> {
    let arguments = Arguments::parse();
    Runtime::new()?.block_on(bench(&arguments))
}

async fn bench(arguments: &Arguments) -> Result<()> {
    let folder = Path::new(FOLDER);
    let page = Page::launch(BrowserKind::Chromium, HTML, &folder.join("page")).await?;
    let result = measure(&page, arguments, folder).await;
    page.close().await;
    result
}

/// Prints and writes the figures of each task as soon as it is done.
async fn measure(page: &Page, arguments: &Arguments, folder: &Path) -> Result<()> {
    let mut all: Vec<Table> = Vec::new();
    for task in &arguments.tasks {
        page.open().await;
        let tables = tasks::run(task, page, arguments.rounds.get())
            .await
            .with_context(|| format!("task `{task}`"))?;
        for table in &tables {
            print!("{table}");
        }
        match (task.as_str(), &tables[..]) {
            ("typed", [table]) => {
                fs::write(folder.join("typed-events.svg"), picture::rates(table)?)?;
            }
            ("size", [_, added, _, bundles]) => {
                fs::write(folder.join("sizes.svg"), picture::sizes(added, bundles)?)?;
            }
            _ => {}
        }
        all.extend(tables);
        results::write(&folder.join("results.json"), &all)?;
    }
    Ok(())
}
