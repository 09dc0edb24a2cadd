//! The servers of the project: the one that the tests script, and that of the showcase, which is more.

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
    process::{self, Running, say},
};

pub(crate) const TESTS: &str = "typed-eventsource-server";
pub(crate) const SHOWCASE: &str = "typed-eventsource-showcase";

/// Where the browser tests look for the server's address: below the root, which their own page is served from.
pub(crate) const ANNOUNCEMENT: &str = "target/test-server.json";

/// A server that is listening; dropping it stops it.
pub(crate) struct Server {
    process: Running,
    origin: String,
}

impl Server {
    /// Builds the server of this package, starts it, and waits until it listens.
    pub(crate) fn start<A: AsRef<OsStr>>(
        package: &str,
        args: impl IntoIterator<Item = A>,
    ) -> Result<Self> {
        let mut command = Command::new(build(package)?);
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
        fs_err::create_dir_all("target")?;
        let server = Self::start(TESTS, ["--announce", ANNOUNCEMENT])?;
        frameworks::announce()?;
        Ok(server)
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

/// Builds the server of this package, and answers with the program.
pub(crate) fn build(package: &str) -> Result<PathBuf> {
    process::run(Command::new("cargo").args(["build", "--package", package]))?;
    // Cargo puts it beside this very program, wherever the target folder is.
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
