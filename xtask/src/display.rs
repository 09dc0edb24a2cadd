//! Displays that nobody sees, for a browser that cannot run without one.

use std::{
    io::BufRead,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use crate::{
    process::{self, RunningChild},
    setup::find_on_path,
};

/// The program that serves a display from memory.
pub(crate) const SERVER: &str = "Xvfb";

/// A display in memory. It ends when this is dropped.
pub(crate) struct Display {
    _server: RunningChild,
    number: String,
}

impl Display {
    /// Starts a display with a number that no other display has.
    pub(crate) fn start() -> Result<Self> {
        let program = find_on_path(SERVER).with_context(|| format!("no {SERVER} on PATH"))?;
        let mut command = Command::new(program);
        command
            // The server chooses its number, and prints it when it is ready.
            .args(["-displayfd", "1"])
            .args(["-screen", "0", "1280x1024x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut server = RunningChild::spawn(&mut command)?;
        let mut number = String::new();
        server.output()?.read_line(&mut number)?;
        ensure!(!process::interrupted(), "interrupted");
        ensure!(!number.is_empty(), "{SERVER} ended before it had a display");
        Ok(Self {
            _server: server,
            number: number.trim().to_owned(),
        })
    }

    /// The environment variable by which programs find this display.
    pub(crate) fn variable(&self) -> (&'static str, String) {
        ("DISPLAY", format!(":{}", self.number))
    }
}
