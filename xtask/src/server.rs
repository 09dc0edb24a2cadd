//! The project's server: the one that the tests script and that serves the demo.

use std::{
    env,
    ffi::OsStr,
    io::BufRead,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context, Result, bail, ensure};

use crate::process::{self, Running, say};

const PACKAGE: &str = "typed-eventsource-server";

/// Where the browser tests look for the server's address: below the root, which their own page is served from.
const ANNOUNCEMENT: &str = "target/test-server.json";

/// A server that is listening; dropping it stops it.
pub(crate) struct Server {
    process: Running,
    origin: String,
}

impl Server {
    /// Builds the server, starts it, and waits until it listens.
    pub(crate) fn start<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Result<Self> {
        let mut command = Command::new(build()?);
        let mut process = Running::spawn(command.args(args).stdout(Stdio::piped()))?;
        let mut output = process.output()?;
        let mut line = String::new();
        output.read_line(&mut line)?;
        let Some(origin) = origin_in(&line) else {
            bail!("the server stopped before it listened");
        };
        let origin = origin.to_owned();
        print!("{line}");
        // Whatever else it may print must not meet a closed pipe.
        thread::spawn(move || {
            output
                .lines()
                .map_while(Result::ok)
                .for_each(|line| println!("{line}"))
        });
        Ok(Self { process, origin })
    }

    /// Starts the server as the browser tests look for it.
    pub(crate) fn for_tests() -> Result<Self> {
        std::fs::create_dir_all("target").context("cannot create target")?;
        Self::start(["--announce", ANNOUNCEMENT])
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Serves until Ctrl-C; it is an error when the server ends in any other way.
    pub(crate) fn serve(mut self) -> Result<()> {
        let status = self.process.wait()?;
        ensure!(process::interrupted(), "the server ended ({status})");
        ensure!(
            status.success(),
            "the server did not stop cleanly ({status})"
        );
        Ok(())
    }
}

/// Builds the server, and answers with the program.
pub(crate) fn build() -> Result<PathBuf> {
    process::run(Command::new("cargo").args(["build", "--package", PACKAGE]))?;
    // Cargo puts it beside this very program, wherever the target folder is.
    let binary = format!("{PACKAGE}{}", env::consts::EXE_SUFFIX);
    Ok(env::current_exe()?.with_file_name(binary))
}

pub(crate) fn serve() -> Result<()> {
    let server = Server::for_tests()?;
    say("ready for `wasm-pack test --headless --chrome` or `--firefox`; Ctrl-C stops it");
    server.serve()
}

fn origin_in(line: &str) -> Option<&str> {
    line.strip_prefix("listening on ")?
        .split_whitespace()
        .next()
}
