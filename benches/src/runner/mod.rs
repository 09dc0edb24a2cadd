//! Plays the rounds and reckons with what they took.

mod arguments;
mod contenders;
mod figures;
mod loopback;
mod picture;
mod results;
mod rounds;
mod table;
mod tasks;

use std::{fs, path::Path};

use anyhow::{Context, Result};
use tokio::runtime::Runtime;
use typed_eventsource_e2e::Kind;
use typed_eventsource_harness::Page;

use arguments::Arguments;
use table::Table;

const HTML: &str = include_str!("../../page/index.html");
/// Where the page is and the results go, from the workspace's root.
const FOLDER: &str = "target/bench";

/// Measures what the command line asks for.
pub(crate) fn main() -> Result<()> {
    let arguments = Arguments::read()?;
    Runtime::new()?.block_on(bench(&arguments))
}

async fn bench(arguments: &Arguments) -> Result<()> {
    let folder = Path::new(FOLDER);
    let page = Page::launch(Kind::Chromium, HTML, &folder.join("page")).await?;
    let result = measure(&page, arguments, folder).await;
    page.close().await;
    result
}

/// Each task's figures are printed and written as soon as there are any.
async fn measure(page: &Page, arguments: &Arguments, folder: &Path) -> Result<()> {
    let mut all: Vec<Table> = Vec::new();
    for task in &arguments.tasks {
        page.open().await;
        let tables = tasks::run(task, page, arguments.rounds)
            .await
            .with_context(|| format!("task `{task}`"))?;
        for table in &tables {
            print!("{table}");
        }
        if task == "typed" {
            fs::write(folder.join("typed-events.svg"), picture::draw(&tables[0])?)?;
        }
        all.extend(tables);
        results::write(&folder.join("results.json"), &all)?;
    }
    Ok(())
}
