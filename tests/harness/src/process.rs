//! Servers as processes, ended when they are dropped.

use std::{
    fs,
    net::TcpListener,
    process::{self, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    net::TcpStream,
    process::{Child, Command},
    sync::mpsc::{self, UnboundedSender},
    time::{sleep, timeout},
};

/// How long a server may take to listen, however much else the machine has to do.
const PATIENCE: Duration = Duration::from_secs(120);
/// How many ports are tried: between looking for a free one and listening on it another program may take it.
const ATTEMPTS: usize = 5;

/// A running server. What it has said is told when its test fails.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    said: Arc<Mutex<String>>,
}

impl Process {
    /// Starts a server that takes a free port, and waits until it says the address; both are the answer.
    ///
    /// # Panics
    ///
    /// When it cannot be run, or says none.
    pub async fn announced(command: Command) -> (Self, String) {
        let (sender, mut lines) = mpsc::unbounded_channel();
        let process = Self::spawn(command, &sender);
        drop(sender);
        let origin = timeout(PATIENCE, async {
            while let Some(line) = lines.recv().await {
                if let Some(origin) = origin_in(&line) {
                    return Some(origin.to_owned());
                }
            }
            None
        });
        let origin = origin.await.ok().flatten();
        let name = &process.name;
        let origin = origin.unwrap_or_else(|| panic!("{name} does not say where it listens"));
        (process, origin)
    }

    /// Starts a server on so many free ports, and waits until it lets itself be connected to at each; both are the
    /// answer.
    ///
    /// # Panics
    ///
    /// When it cannot be run, or does not listen.
    pub async fn on_free_ports<const PORTS: usize>(
        command: impl Fn([u16; PORTS]) -> Command,
    ) -> (Self, [u16; PORTS]) {
        for _ in 0..ATTEMPTS {
            let ports = free_ports();
            if let Some(process) = Self::on_ports(&ports, command(ports)).await {
                return (process, ports);
            }
        }
        panic!("no server after {ATTEMPTS} attempts")
    }

    /// `None` where it has ended already, as a server does whose port is taken.
    async fn on_ports(ports: &[u16], command: Command) -> Option<Self> {
        let (sender, _) = mpsc::unbounded_channel();
        let mut process = Self::spawn(command, &sender);
        let listens = timeout(PATIENCE, async {
            for &port in ports {
                while TcpStream::connect(("127.0.0.1", port)).await.is_err() && process.is_running()
                {
                    sleep(Duration::from_millis(20)).await;
                }
            }
            process.is_running()
        });
        match listens.await {
            Ok(true) => Some(process),
            Ok(false) => {
                eprint!("{}", process.said());
                None
            }
            Err(_) => panic!("{} does not listen", process.name),
        }
    }

    fn spawn(mut command: Command, lines: &UnboundedSender<String>) -> Self {
        let name = command.as_std().get_program().display().to_string();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} cannot be run: {error}"));
        let said = Arc::default();
        if let Some(output) = child.stdout.take() {
            listen(output, Arc::clone(&said), lines.clone());
        }
        if let Some(output) = child.stderr.take() {
            listen(output, Arc::clone(&said), lines.clone());
        }
        Self { name, child, said }
    }

    fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    fn said(&self) -> String {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.clone()
    }

    /// Kills it with all that it started, at once and without a goodbye to anybody.
    pub fn kill(&mut self) {
        let Some(id) = self.child.id().filter(|_| self.is_running()) else {
            return;
        };
        let others = descendants(id);
        // It comes first: it would start others in their place.
        let _ = self.child.start_kill();
        kill(&others);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            eprintln!("{} has said:\n{}", self.name, self.said());
        }
    }
}

/// Keeps the lines that a process writes, and hands them on while somebody listens.
fn listen(
    output: impl AsyncRead + Unpin + Send + 'static,
    said: Arc<Mutex<String>>,
    lines: UnboundedSender<String>,
) {
    tokio::spawn(async move {
        let mut output = BufReader::new(output).lines();
        while let Ok(Some(line)) = output.next_line().await {
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            *said += &line;
            said.push('\n');
            let _ = lines.send(line);
        }
    });
}

fn origin_in(line: &str) -> Option<&str> {
    let address = &line[line.find("http://127.0.0.1:")?..];
    let end = address.find(|character: char| character.is_whitespace() || character == ')');
    Some(&address[..end.unwrap_or(address.len())])
}

fn free_ports<const PORTS: usize>() -> [u16; PORTS] {
    // All are held until all are found, so that no two are the same.
    let listeners = [(); PORTS].map(|()| TcpListener::bind(("127.0.0.1", 0)));
    listeners.map(|listener| {
        let address = listener.and_then(|listener| listener.local_addr());
        address.expect("there is a free port").port()
    })
}

/// What a process has started, and what that has, where `/proc` tells of them.
pub(crate) fn descendants(parent: u32) -> Vec<u32> {
    let mut all = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let number = |name| {
            let rest = status.lines().find_map(|line| line.strip_prefix(name));
            rest.and_then(|rest| rest.trim().parse().ok())
        };
        if number("PPid:") == Some(parent) {
            let child = number("Pid:");
            all.extend(child);
            all.extend(child.into_iter().flat_map(descendants));
        }
    }
    all
}

/// Ends them at once.
pub(crate) fn kill(processes: &[u32]) {
    let processes = processes.iter().map(u32::to_string);
    let words = ["kill -KILL".to_owned()].into_iter().chain(processes);
    let line = words.collect::<Vec<_>>().join(" ");
    // An error means that they are gone already.
    let _ = process::Command::new("sh").args(["-c", &line]).output();
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn what_has_been_started_is_found_and_ended() {
        let mut shell = process::Command::new("sh")
            .args(["-c", "sleep 600; true"])
            .spawn()
            .expect("a shell");
        let deadline = Instant::now() + PATIENCE;
        while descendants(shell.id()).is_empty() {
            assert!(Instant::now() < deadline, "no `sleep`");
        }
        let both = [vec![shell.id()], descendants(shell.id())].concat();
        assert_eq!(both.len(), 2);
        kill(&both);
        assert!(!shell.wait().expect("its end").success());
    }
}
