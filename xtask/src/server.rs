//! Builds and starts the project's servers: the test server, and that of the showcase.

use std::{
    env,
    ffi::OsStr,
    io::BufRead,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
};

use anyhow::{Result, bail, ensure};

use crate::{
    frameworks,
    process::{self, RunningChild, say},
};

pub(crate) const TEST_SERVER: &str = "typed-eventsource-server";
pub(crate) const SHOWCASE: &str = "typed-eventsource-showcase";

/// The file where the browser tests look for the server's address, below the root that their page is served from.
pub(crate) const ANNOUNCEMENT: &str = "target/test-server.json";

/// A server that is listening. It stops when this is dropped.
pub(crate) struct Server {
    process: RunningChild,
    origin: String,
}

impl Server {
    /// Builds the server of this package, starts it, and waits until it listens.
    pub(crate) fn start<A: AsRef<OsStr>>(
        package: &str,
        args: impl IntoIterator<Item = A>,
    ) -> Result<Self> {
        let mut command = Command::new(build(package)?);
        let mut process = RunningChild::spawn(command.args(args).stdout(Stdio::piped()))?;
        let mut output = process.output()?;
        let mut line = String::new();
        output.read_line(&mut line)?;
        let Some(origin) = origin_in(&line) else {
            bail!("the server stopped before it listened");
        };
        let origin = origin.to_owned();
        print!("{line}");
        // The pipe stays open, since the server would fail if it printed more to a closed one.
        thread::spawn(move || {
            output
                .lines()
                .map_while(Result::ok)
                .for_each(|line| println!("{line}"))
        });
        Ok(Self { process, origin })
    }

    /// Starts the test server, with the announcement that the browser tests look for.
    pub(crate) fn for_tests() -> Result<Self> {
        fs_err::create_dir_all("target")?;
        let server = Self::start(TEST_SERVER, ["--announce", ANNOUNCEMENT])?;
        frameworks::announce()?;
        Ok(server)
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Serves until Ctrl-C. Fails if the server ends in any other way.
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

/// Builds the server of this package, and returns the path of its program.
pub(crate) fn build(package: &str) -> Result<PathBuf> {
    process::run(Command::new("cargo").args(["build", "--package", package]))?;
    // Cargo puts the server beside xtask, wherever the target folder is.
    let binary = format!("{package}{}", env::consts::EXE_SUFFIX);
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
