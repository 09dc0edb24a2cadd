//! `cargo xtask bench`: the contenders side by side in one headless Chromium.

mod esbuild;
mod page;
mod sizes;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    str::FromStr,
};

use anyhow::{Context, Result};

use crate::{
    browsers::{self, Kind},
    node::Node,
    npm, process,
    process::say,
};

const PACKAGE: &str = "typed-eventsource-bench";
const OUTPUT: &str = "target/bench";
const PICTURE: &str = "typed-events.svg";
/// Where the README shows the picture from.
const PICTURES: &str = "benches";

/// What there is to measure; the runner knows what each is.
const TASKS: [&str; 8] = [
    "typed",
    "unlistened",
    "large",
    "multi-line",
    "latency",
    "open-close",
    "growth",
    "size",
];

/// One of [`TASKS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Task(&'static str);

impl FromStr for Task {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        let task = TASKS.into_iter().find(|task| *task == name);
        task.map(Self)
            .with_context(|| format!("the tasks are {}", TASKS.join(", ")))
    }
}

/// What one benchmark was asked to do.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// All when it is empty.
    pub(crate) tasks: Vec<Task>,
    /// As many as the runner thinks right, by default.
    pub(crate) rounds: Option<u16>,
    /// Whether the picture of *typed events* is to replace the one that the README shows.
    pub(crate) picture: bool,
}

impl Options {
    fn tasks(&self) -> Vec<&'static str> {
        if self.tasks.is_empty() {
            TASKS.to_vec()
        } else {
            self.tasks.iter().map(|task| task.0).collect()
        }
    }
}

pub(crate) fn bench(options: &Options) -> Result<()> {
    let node = Node::get()?;
    let browser = browsers::variables(Some(Kind::Chrome))?;
    let tasks = options.tasks();
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
        say("there is no new picture: it shows the task `typed`");
        return Ok(());
    }
    let (from, to) = (
        Path::new(OUTPUT).join(PICTURE),
        Path::new(PICTURES).join(PICTURE),
    );
    fs::copy(&from, &to).with_context(|| format!("cannot copy {}", from.display()))?;
    say(format_args!("{} is new", to.display()));
    Ok(())
}
