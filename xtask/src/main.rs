//! The project's own commands, run as `cargo xtask <command>`.

mod apps;
mod apt;
mod bench;
mod browsers;
mod demo;
mod dependencies;
mod files;
mod frameworks;
mod fuzz;
mod generate;
mod install;
mod interop;
mod lint;
mod node;
mod npm;
mod packaging;
mod process;
mod report;
mod server;
mod setup;
mod stress;
mod test;
mod vitest;

use std::{env, path::Path, process::ExitCode};

use anyhow::Result;
use clap::{CommandFactory, Parser, Subcommand};

/// The project's own commands. Each sets up what it needs and does not find. Tools are kept in the user's cache folder; the
/// long steps happen once
#[derive(Parser)]
#[command(bin_name = "cargo xtask", flatten_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

/// What one run was asked to do.
#[derive(Subcommand)]
enum Command {
    /// Build the npm package and the server, and serve the demo page
    Demo(demo::Options),
    /// Run every test, or only these suites
    Test {
        /// All but `interop` by default, which installs servers that others wrote (Python, Go, nginx with nchan, Redis; as
        /// root on Debian without being asked)
        #[arg(value_name = "suite")]
        suites: Vec<test::Suite>,
    },
    /// rustfmt, clippy with each feature set, rustdoc; prettier, oxlint and types in JavaScript; no warning passes. And
    /// no framework is among the dependencies of who has not asked for it
    Lint,
    /// Write what is made of the table of policy options: checks and types in JavaScript, tables of both READMEs; lint
    /// says when one is stale
    Generate,
    /// Build the npm package, optimised, into pkg/
    Npm,
    /// Measure the contenders side by side in one headless Chromium, by every task or only these
    Bench(bench::Options),
    /// Feed any bytes to one of the fuzz targets. It needs a C++ compiler (Debian: g++)
    Fuzz(fuzz::Options),
    /// Follow streams that fail in every way, in both browsers, minutes long: nothing is lost. A run names its seed
    Chaos(stress::Chaos),
    /// Let a server do its worst to both clients, in both browsers, minutes long: lines and events without end, hang-ups,
    /// bombs
    Hostile(stress::Hostile),
    /// Send millions of events through, open and close thousands of sources, and let consumers be too slow, in one
    /// headless Chromium: nothing grows
    Soak {
        /// Every part by default, or only these: events, cycles, slow
        #[arg(value_name = "part")]
        parts: Vec<String>,
    },
    /// Run the test server, for running `wasm-pack test` by hand
    Serve,
    /// Print where the browsers and their drivers are, as environment variables
    Browsers,
}

fn main() -> ExitCode {
    let result = run(Arguments::parse());
    if process::interrupted() && !matches!(result, Ok(ExitCode::SUCCESS)) {
        eprintln!("xtask: interrupted");
        return ExitCode::from(130);
    }
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(arguments: Arguments) -> Result<ExitCode> {
    let Some(command) = arguments.command else {
        Arguments::command().print_help()?;
        return Ok(ExitCode::SUCCESS);
    };
    env::set_current_dir(root())?;
    process::stop_children_on_signal()?;
    match command {
        Command::Demo(options) => demo::demo(&options)?,
        Command::Test { suites } => return test::test(&suites),
        Command::Lint => return lint::lint(),
        Command::Generate => generate::generate()?,
        Command::Npm => npm::build()?,
        Command::Bench(options) => bench::bench(&options)?,
        Command::Fuzz(options) => fuzz::fuzz(&options)?,
        Command::Chaos(options) => stress::chaos(&options)?,
        Command::Hostile(options) => stress::hostile(&options)?,
        Command::Soak { parts } => stress::soak(&parts)?,
        Command::Serve => server::serve()?,
        Command::Browsers => browsers::print()?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The workspace's root, which every command works in.
fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest)
}
