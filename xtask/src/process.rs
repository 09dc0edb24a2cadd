//! Child processes. Each gets its own process group, so that a signal to xtask stops the child with its descendants.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Write},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use wait_timeout::ChildExt;

/// The time that a child has to stop after it was asked to, before it is killed.
const GRACE_PERIOD: Duration = Duration::from_secs(5);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// The process ids of the running children. Each is also that of the group that the child leads.
static CHILDREN: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// Prints a message to stderr, as cargo prints its own.
pub(crate) fn say(message: impl std::fmt::Display) {
    eprintln!("xtask: {message}");
}

/// Whether Ctrl-C (or SIGTERM, SIGHUP) was received.
pub(crate) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Has the first Ctrl-C ask the children to stop, and the second one kill them.
pub(crate) fn stop_children_on_signal() -> Result<()> {
    ctrlc::set_handler(|| {
        let by_force = INTERRUPTED.swap(true, Ordering::SeqCst);
        for &leader in children().iter() {
            group::stop(leader, by_force);
        }
    })
    .context("cannot listen for Ctrl-C")
}

/// Runs a command to its end. Fails if the command fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = RunningChild::spawn(command)?.wait()?;
    succeeded(command, status)
}

/// Runs a command to its end. Prints each line of its output behind a prefix, and calls `on_line` with the line.
pub(crate) fn run_watched(
    command: &mut Command,
    prefix: &str,
    mut on_line: impl FnMut(&str),
) -> Result<()> {
    let mut child = RunningChild::spawn(command.stdout(Stdio::piped()))?;
    let mut output = child.output()?;
    let mut line = prefix.as_bytes().to_vec();
    while output.read_until(b'\n', &mut line)? > 0 {
        std::io::stdout().write_all(&line)?;
        on_line(&String::from_utf8_lossy(&line[prefix.len()..]));
        line.truncate(prefix.len());
    }
    let status = child.wait()?;
    succeeded(command, status)
}

/// Whether a command can be run and succeeds; its output is not shown.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// Runs a command, and returns what it printed if it succeeded.
pub(crate) fn read(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    output.status.success().then(|| text.trim().to_owned())
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    ensure!(!interrupted(), "interrupted");
    ensure!(
        status.success(),
        "`{}` failed ({status})",
        command_line(command)
    );
    Ok(())
}

/// The command as a user would type it, with the program's name in place of its path.
fn command_line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(name).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn children() -> MutexGuard<'static, BTreeSet<u32>> {
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running child. When this is dropped, the child is stopped with its descendants.
pub(crate) struct RunningChild(Child);

impl RunningChild {
    pub(crate) fn spawn(command: &mut Command) -> Result<Self> {
        group::separate(command);
        // The lock is held until the child is registered, so that a signal stops every child.
        let mut children = children();
        ensure!(!interrupted(), "interrupted");
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot run `{}`", command_line(command)))?;
        children.insert(child.id());
        Ok(Self(child))
    }

    /// The child's stdout, which must have been piped.
    pub(crate) fn output(&mut self) -> Result<impl BufRead + Send + use<>> {
        let stdout = self.0.stdout.take();
        Ok(BufReader::new(stdout.context("the output is not piped")?))
    }

    pub(crate) fn wait(&mut self) -> Result<ExitStatus> {
        let status = self.0.wait()?;
        children().remove(&self.0.id());
        Ok(status)
    }
}

impl Drop for RunningChild {
    fn drop(&mut self) {
        if !children().contains(&self.0.id()) {
            return;
        }
        group::stop(self.0.id(), false);
        if !matches!(self.0.wait_timeout(GRACE_PERIOD), Ok(Some(_))) {
            group::stop(self.0.id(), true);
            // An error means that the child has ended.
            let _ = self.0.kill();
        }
        let _ = self.wait();
    }
}

#[cfg(unix)]
mod group {
    use std::{os::unix::process::CommandExt, process::Command};

    use nix::{
        sys::signal::{Signal, killpg},
        unistd::Pid,
    };

    /// Has the child start a process group, which it leads.
    pub(super) fn separate(command: &mut Command) {
        command.process_group(0);
    }

    pub(super) fn stop(leader: u32, by_force: bool) {
        let signal = if by_force {
            Signal::SIGKILL
        } else {
            Signal::SIGTERM
        };
        if let Ok(leader) = i32::try_from(leader) {
            // An error means that the group has ended.
            let _ = killpg(Pid::from_raw(leader), signal);
        }
    }
}

/// On other systems the console sends Ctrl-C to the children too.
#[cfg(not(unix))]
mod group {
    pub(super) fn separate(_: &mut std::process::Command) {}

    pub(super) fn stop(_: u32, _: bool) {}
}
