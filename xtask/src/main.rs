//! The project's own commands, run as `cargo xtask <command>`.

mod apps;
mod apt;
mod bench;
mod browsers;
mod demo;
mod dependencies;
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

use anyhow::{Result, anyhow};
use lexopt::{
    Arg::{Long, Short, Value},
    Parser, ValueExt,
};

const HELP: &str = "\
The project's own commands. Each sets up what it needs and does not find.

Usage: cargo xtask <command>

  demo [--port 8080] [--apps]
                       Build the npm package and the server, and serve the demo page; --apps builds the
                       example apps too, which that page then links to
  test [suite]...      Run every test, or only these suites: native, chrome, firefox, npm, e2e, chaos,
                       packaging; and interop, which runs only when it is named: it installs servers that others
                       wrote (Python, Go, nginx with nchan, Redis; as root on Debian without being asked)
  lint                 rustfmt, clippy with each feature set, rustdoc; prettier, oxlint and types in JavaScript; no
                       warning passes. And no framework is among the dependencies of who has not asked for it
  generate             Write what is made of the table of policy options: checks and types in JavaScript, tables of
                       both READMEs; lint says when one is stale
  npm                  Build the npm package, optimised, into pkg/
  bench [task]... [--rounds N] [--picture]
                       Measure the contenders side by side in one headless Chromium, by every task or
                       only these: typed, unlistened, large, multi-line, latency, open-close, growth,
                       size; --picture puts the picture of `typed` where the README shows it
  fuzz <target> [--minutes N] [--minimise]
                       Feed any bytes to one of parser, records, payloads, variants, policy; --minimise
                       replaces its seeds, which the native tests replay. It needs a C++ compiler (Debian: g++)
  chaos [--seed N] [--stream NAME] [--browser chrome|firefox] [--short]
                       Follow streams that fail in every way, in both browsers, minutes long: nothing is lost.
                       A run names its seed; --short is what `test` does
  hostile [attack]... [--browser chrome|firefox]
                       Let a server do its worst to both clients, in both browsers, minutes long: lines and events
                       without end, hang-ups, bombs; by every attack or only those whose names begin like one of
                       these, such as `line` or `hang-up`
  soak [part]...       Send millions of events through, open and close thousands of sources, and let consumers be
                       too slow, in one headless Chromium: nothing grows; by every part or only these:
                       events, cycles, slow
  serve                Run the test server, for running `wasm-pack test` by hand
  browsers             Print where the browsers and their drivers are, as environment variables

Tools are kept in the user's cache folder; the long steps happen once.
";

/// What one run was asked to do.
enum Command {
    Help,
    Demo(demo::Options),
    Test(Vec<test::Suite>),
    Lint,
    Generate,
    Npm,
    Bench(bench::Options),
    Fuzz(fuzz::Options),
    Chaos(stress::Options),
    Hostile(stress::Options),
    Soak(Vec<String>),
    Serve,
    Browsers,
}

fn main() -> ExitCode {
    let result = run();
    if process::interrupted() && !matches!(result, Ok(ExitCode::SUCCESS)) {
        eprintln!("xtask: interrupted");
        return ExitCode::from(130);
    }
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run() -> Result<ExitCode> {
    // Its message names the cause, which would be told twice if it were handed on as a source.
    let command = parse(Parser::from_env()).map_err(|error| anyhow!("{error}"))?;
    env::set_current_dir(root())?;
    process::stop_children_on_signal()?;
    match command {
        Command::Help => print!("{HELP}"),
        Command::Demo(options) => demo::demo(&options)?,
        Command::Test(suites) => return test::test(&suites),
        Command::Lint => return lint::lint(),
        Command::Generate => generate::generate()?,
        Command::Npm => npm::build()?,
        Command::Bench(options) => bench::bench(&options)?,
        Command::Fuzz(options) => fuzz::fuzz(&options)?,
        Command::Chaos(options) => stress::chaos(&options)?,
        Command::Hostile(options) => stress::hostile(&options)?,
        Command::Soak(words) => stress::soak(&words)?,
        Command::Serve => server::serve()?,
        Command::Browsers => browsers::print()?,
    }
    Ok(ExitCode::SUCCESS)
}

fn parse(mut args: Parser) -> Result<Command, lexopt::Error> {
    let mut command = match args.next()? {
        None | Some(Short('h') | Long("help")) => return Ok(Command::Help),
        Some(Value(name)) => match name.string()?.as_str() {
            "help" => return Ok(Command::Help),
            "demo" => Command::Demo(demo::Options::default()),
            "test" => Command::Test(Vec::new()),
            "lint" => Command::Lint,
            "generate" => Command::Generate,
            "npm" => Command::Npm,
            "bench" => Command::Bench(bench::Options::default()),
            "fuzz" => Command::Fuzz(fuzz::Options::default()),
            "chaos" => Command::Chaos(stress::Options::default()),
            "hostile" => Command::Hostile(stress::Options::default()),
            "soak" => Command::Soak(Vec::new()),
            "serve" => Command::Serve,
            "browsers" => Command::Browsers,
            other => {
                let message = format!("no command `{other}`; `cargo xtask --help` lists them");
                return Err(message.into());
            }
        },
        Some(arg) => return Err(arg.unexpected()),
    };
    while let Some(arg) = args.next()? {
        match (&mut command, arg) {
            (_, Short('h') | Long("help")) => return Ok(Command::Help),
            (Command::Demo(options), Long("port")) => {
                options.port = Some(args.value()?.parse()?);
            }
            (Command::Demo(options), Long("apps")) => options.apps = true,
            (Command::Test(suites), Value(name)) => suites.push(name.parse()?),
            (Command::Bench(options), Value(name)) => options.tasks.push(name.parse()?),
            (Command::Bench(options), Long("rounds")) => {
                options.rounds = Some(args.value()?.parse()?);
            }
            (Command::Bench(options), Long("picture")) => options.picture = true,
            (Command::Fuzz(options), Value(name)) if options.target.is_none() => {
                options.target = Some(name.string()?);
            }
            (Command::Fuzz(options), Long("minutes")) => {
                options.minutes = Some(args.value()?.parse()?);
            }
            (Command::Fuzz(options), Long("minimise")) => options.minimise = true,
            (Command::Chaos(options) | Command::Hostile(options), Long("browser")) => {
                options.browser = Some(args.value()?.parse()?);
            }
            (Command::Chaos(options), Long("short")) => options.words.push("--short".into()),
            (Command::Chaos(options), Long(name @ ("seed" | "stream"))) => {
                let option = format!("--{name}");
                options.words.extend([option, args.value()?.string()?]);
            }
            (Command::Hostile(options), Value(attack)) => options.words.push(attack.string()?),
            (Command::Soak(words), Value(part)) => words.push(part.string()?),
            (_, arg) => return Err(arg.unexpected()),
        }
    }
    Ok(command)
}

/// The workspace's root, which every command works in.
fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest)
}
