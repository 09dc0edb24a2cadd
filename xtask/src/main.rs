//! The project's own commands, run as `cargo xtask <command>`.

mod apps;
mod apt;
mod bench;
mod browsers;
mod demo;
mod dependencies;
mod display;
mod docs;
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
mod release;
mod report;
mod server;
mod setup;
mod stress;
mod tabs;
mod test;
mod vitest;

use std::{env, path::Path, process::ExitCode};

use anyhow::Result;
use clap::{CommandFactory, Parser, Subcommand};

/// The project's own commands. Each command installs the tools that it needs and does not find, once, in the user's cache
/// folder
#[derive(Parser)]
#[command(bin_name = "cargo xtask", flatten_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

/// The command that one run executes.
#[derive(Subcommand)]
enum Command {
    /// Build the npm package and the server, and serve the demo page
    Demo(demo::Options),
    /// Run every test, or only these suites
    Test {
        /// By default all suites but `interop`, which installs servers of other projects (Python, Go, nginx with nchan,
        /// Redis; as root on Debian it does so without asking)
        #[arg(value_name = "suite")]
        suites: Vec<test::Suite>,
    },
    /// Run rustfmt, clippy with each feature set, rustdoc, prettier, oxlint and tsc with warnings denied, and check the
    /// dependencies: the crates without hooks depend on no framework
    Lint,
    /// Generate the JavaScript checks, the types and the tables of the book and the package's README from the table of policy options, and from
    /// `npm/src` the JavaScript that the Rust crate has for sources which are shared among tabs; `lint` fails when one is stale
    Generate,
    /// Build the npm package, optimised, into pkg/
    Npm,
    /// Build the npm package, and the book with it into target/book, which any file server can serve. Fails if a link in the book
    /// leads nowhere
    Docs,
    /// Measure the contenders side by side in one headless Chromium, in every task or only these
    Bench(bench::Options),
    /// Play the scenarios of the comparison for each client, in Node.js and in Chromium, and write what they find into
    /// docs/comparison.md
    Compare,
    /// Feed any bytes to one of the fuzz targets. It needs a C++ compiler (Debian: g++)
    Fuzz(fuzz::Options),
    /// Check that no event is lost from streams that fail in every way, for minutes, in Chromium and Firefox. Each run prints its
    /// seed
    Chaos(stress::Chaos),
    /// Check that both clients survive a hostile server, for minutes, in Chromium and Firefox: lines and events without end,
    /// hang-ups, bombs
    Hostile(stress::Hostile),
    /// Check that no memory grows over millions of events, thousands of sources and with slow consumers, in one headless
    /// Chromium
    Soak {
        /// By default every part, or only these: events, cycles, slow
        #[arg(value_name = "part")]
        parts: Vec<String>,
    },
    /// Do all of a release but the upload: what is packed, its lowest Rust and dependencies, its docs, its links
    Release(release::Options),
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
        Command::Docs => docs::docs()?,
        Command::Bench(options) => bench::bench(&options)?,
        Command::Compare => vitest::compare()?,
        Command::Fuzz(options) => fuzz::fuzz(&options)?,
        Command::Chaos(options) => stress::chaos(&options)?,
        Command::Hostile(options) => stress::hostile(&options)?,
        Command::Soak { parts } => stress::soak(&parts)?,
        Command::Release(options) => return release::release(&options),
        Command::Serve => server::serve()?,
        Command::Browsers => browsers::print(),
    }
    Ok(ExitCode::SUCCESS)
}

/// The workspace's root, in which every command runs.
fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest)
}
