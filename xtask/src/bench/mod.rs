//! `cargo xtask bench`: the contenders side by side in one headless Chromium.

mod esbuild;
mod page;
mod sizes;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;
use fs_err as fs;

use crate::{
    browsers::{self, Kind},
    node::Node,
    npm, process,
    process::say,
};

const PACKAGE: &str = "typed-eventsource-bench";
const OUTPUT: &str = "target/bench";
const PICTURE: &str = "typed-events.svg";
/// The folder of the picture that the README shows.
const PICTURES: &str = "benches";

/// The names of all tasks, as the runner knows them.
const TASKS: [&str; 9] = [
    "typed",
    "unlistened",
    "large",
    "multi-line",
    "latency",
    "open-close",
    "parsers",
    "growth",
    "size",
];

/// The options of the benchmark.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Every task by default
    #[arg(value_name = "task", value_parser = TASKS)]
    tasks: Vec<String>,
    /// How many rounds count. The tasks that read many events as fast as possible have this many browsers instead. 7 by default
    #[arg(long)]
    rounds: Option<u16>,
    /// Put the picture of `typed` where the README shows it
    #[arg(long)]
    picture: bool,
}

pub(crate) fn bench(options: &Options) -> Result<()> {
    let node = Node::get()?;
    let browser = browsers::variables(&[Kind::Chrome])?;
    let mut tasks: Vec<_> = options.tasks.iter().map(String::as_str).collect();
    if tasks.is_empty() {
        tasks = TASKS.to_vec();
    }
    npm::build()?;
    node.install(&esbuild::PACKAGES)?;
    page::build()?;
    if tasks.contains(&"size") {
        sizes::build()?;
    }
    run(&tasks, options.rounds, browser)?;
    if options.picture {
        copy_picture(&tasks)?;
    }
    Ok(())
}

fn run(tasks: &[&str], rounds: Option<u16>, browser: Vec<(&'static str, PathBuf)>) -> Result<()> {
    let mut runner = Command::new("cargo");
    runner
        .args(["run", "--release", "--quiet", "--package", PACKAGE, "--"])
        .args(tasks)
        .envs(browser);
    if let Some(rounds) = rounds {
        runner.arg(format!("--rounds={rounds}"));
    }
    process::run(&mut runner)
}

fn copy_picture(tasks: &[&str]) -> Result<()> {
    if !tasks.contains(&"typed") {
        say("there is no new picture, since the task `typed` was not run");
        return Ok(());
    }
    let (from, to) = (
        Path::new(OUTPUT).join(PICTURE),
        Path::new(PICTURES).join(PICTURE),
    );
    fs::copy(from, &to)?;
    say(format_args!("updated {}", to.display()));
    Ok(())
}
