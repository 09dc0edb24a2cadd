//! Drives the pages, and judges what they tell.

mod arguments;
mod chaos;
mod hostile;
mod soak;
mod stage;

use std::{path::Path, process::ExitCode};

use anyhow::Result;
use tokio::runtime::Runtime;
use typed_eventsource_e2e::Kind;
use typed_eventsource_harness::Page;

use arguments::Command;

const HTML: &str = include_str!("../../page/index.html");
/// Where its modules are, from the workspace's root.
const FOLDER: &str = "target/stress/page";

/// Runs what the command line asks for. It fails where something is not as it ought to be.
pub(crate) fn main() -> Result<ExitCode> {
    let command = Command::read()?;
    let is_right = Runtime::new()?.block_on(async {
        match command {
            Command::Chaos(options) => chaos::run(&options).await,
            Command::Hostile(options) => Ok(hostile::run(&options).await),
            Command::Soak(options) => Ok(soak::run(&options).await),
        }
    })?;
    Ok(ExitCode::from(u8::from(!is_right)))
}

async fn launch(kind: Kind) -> Result<Page> {
    Page::launch(kind, HTML, Path::new(FOLDER)).await
}

/// Prints what is not as it ought to be, and in a word whether anything is. Answers whether nothing is.
fn judge(what: &str, faults: &[String], [right, wrong]: [&str; 2]) -> bool {
    for fault in faults {
        println!("{fault}");
    }
    let outcome = if faults.is_empty() { right } else { wrong };
    println!("\n{what}: {outcome}");
    faults.is_empty()
}
