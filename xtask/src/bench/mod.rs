//! `cargo xtask bench`: the contenders side by side in headless Chromium.

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
/// The tasks that draw a picture, and the file of each picture.
const PICTURES: [(&str, &str); 2] = [("typed", "typed-events.svg"), ("size", "sizes.svg")];
/// The folder of the pictures that the README shows.
const PICTURE_FOLDER: &str = "benches";

/// The names of all tasks, as the runner knows them.
const TASKS: [&str; 11] = [
    "first-event",
    "typed",
    "unlistened",
    "large",
    "multi-line",
    "tiny-chunks",
    "latency",
    "open-close",
    "parsers",
    "growth",
    "size",
];

/// The options of the benchmark.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The tasks to run; all by default
    #[arg(value_name = "task", value_parser = TASKS)]
    tasks: Vec<String>,
    /// How many rounds are measured, 7 by default, after one that is not. The tasks that read many events as fast as possible open this
    /// many browsers instead
    #[arg(long)]
    rounds: Option<u16>,
    /// Put the pictures of `typed` and `size` where the README shows them
    #[arg(long)]
    picture: bool,
}

pub(crate) fn bench(options: &Options) -> Result<()> {
    let node = Node::get()?;
    let browser_variables = browsers::variables(&[Kind::Chrome])?;
    let mut tasks: Vec<_> = options.tasks.iter().map(String::as_str).collect();
    if tasks.is_empty() {
        tasks = TASKS.to_vec();
    }
    npm::build()?;
    node.install(&esbuild::PACKAGES)?;
    page::build()?;
    if tasks.contains(&"size") {
        sizes::build()?;
    } else if tasks.contains(&"first-event") {
        sizes::build_startup_apps()?;
    }
    run(&tasks, options.rounds, browser_variables)?;
    if options.picture {
        copy_pictures(&tasks)?;
    }
    Ok(())
}

fn run(
    tasks: &[&str],
    rounds: Option<u16>,
    browser_variables: Vec<(&'static str, PathBuf)>,
) -> Result<()> {
    let mut runner = Command::new("cargo");
    runner
        .args(["run", "--release", "--quiet", "--package", PACKAGE, "--"])
        .args(tasks)
        .envs(browser_variables);
    if let Some(rounds) = rounds {
        runner.arg(format!("--rounds={rounds}"));
    }
    process::run(&mut runner)
}

/// Puts the new pictures where the README shows them.
fn copy_pictures(tasks: &[&str]) -> Result<()> {
    for (task, picture) in PICTURES {
        if !tasks.contains(&task) {
            say(format_args!(
                "there is no new {picture}, since the task `{task}` was not run"
            ));
            continue;
        }
        let to = Path::new(PICTURE_FOLDER).join(picture);
        fs::copy(Path::new(OUTPUT).join(picture), &to)?;
        say(format_args!("updated {}", to.display()));
    }
    Ok(())
}
