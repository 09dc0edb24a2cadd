//! Drives the pages, and checks what they report.

mod arguments;
mod chaos;
mod hostile;
mod soak;
mod stage;

use std::{path::Path, process::ExitCode};

use anyhow::Result;
use tokio::runtime::Runtime;
use typed_eventsource_e2e::BrowserKind;
use typed_eventsource_harness::Page;

use arguments::Command;

const HTML: &str = include_str!("../../page/index.html");
/// The folder of the page's modules, relative to the workspace's root.
const FOLDER: &str = "target/stress/page";

/// Runs what the command line asks for. The exit code says whether everything is right.
pub(crate) fn main() -> Result<ExitCode> {
    let command = Command::read()?;
    let is_right = Runtime::new()?.block_on(async {
        match command {
            Command::Chaos(options) => chaos::run(&options).await,
            Command::Tabs(options) => chaos::tabs::run(&options).await,
            Command::Hostile(options) => Ok(hostile::run(&options).await),
            Command::Soak(options) => Ok(soak::run(&options).await),
        }
    })?;
    Ok(ExitCode::from(u8::from(!is_right)))
}

async fn launch(kind: BrowserKind) -> Result<Page> {
    Page::launch(kind, HTML, Path::new(FOLDER)).await
}

/// Prints the faults, and then one word for the outcome: `right` if there are no faults, or else `wrong`. Returns whether there are
/// none.
fn print_verdict(test: &str, faults: &[String], [right, wrong]: [&str; 2]) -> bool {
    for fault in faults {
        println!("{fault}");
    }
    let outcome = if faults.is_empty() { right } else { wrong };
    println!("\n{test}: {outcome}");
    faults.is_empty()
}
