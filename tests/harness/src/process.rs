//! Servers that run as processes, which are killed when they are dropped.

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

/// How long a server may take to listen on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often a server is started on free ports. Another program may take a port before the server listens on it.
const ATTEMPTS: usize = 5;

/// A running server. If its test fails, the server's output is printed.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    output: Arc<Mutex<String>>,
}

impl Process {
    /// Starts a server that takes a free port, and waits until it prints its address. Returns the server and the address.
    ///
    /// # Panics
    ///
    /// If the server cannot be run, or prints no address.
    pub async fn start_announced(command: Command) -> (Self, String) {
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
        let origin = origin.unwrap_or_else(|| panic!("{name} prints no address"));
        (process, origin)
    }

    /// Starts a server on free ports, and waits until it accepts connections on each. Returns the server and the ports.
    ///
    /// # Panics
    ///
    /// If the server cannot be run, or does not listen.
    pub async fn start_on_free_ports<const PORTS: usize>(
        command: impl Fn([u16; PORTS]) -> Command,
    ) -> (Self, [u16; PORTS]) {
        for _ in 0..ATTEMPTS {
            let ports = free_ports();
            if let Some(process) = Self::start_on_ports(&ports, command(ports)).await {
                return (process, ports);
            }
        }
        panic!("no server after {ATTEMPTS} attempts")
    }

    /// Returns `None` if the server has ended already, as it does if a port is taken.
    async fn start_on_ports(ports: &[u16], command: Command) -> Option<Self> {
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
                eprint!("{}", process.output());
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
        let output = Arc::default();
        if let Some(stdout) = child.stdout.take() {
            collect_lines(stdout, Arc::clone(&output), lines.clone());
        }
        if let Some(stderr) = child.stderr.take() {
            collect_lines(stderr, Arc::clone(&output), lines.clone());
        }
        Self {
            name,
            child,
            output,
        }
    }

    fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    fn output(&self) -> String {
        let output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        output.clone()
    }

    /// Kills the server and all processes that it started.
    pub fn kill(&mut self) {
        let Some(id) = self.child.id().filter(|_| self.is_running()) else {
            return;
        };
        let descendants = descendants(id);
        // The parent is killed first, since it could start new children in place of killed ones.
        let _ = self.child.start_kill();
        kill(&descendants);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            eprintln!("output of {}:\n{}", self.name, self.output());
        }
    }
}

/// Adds the lines that a process writes to its output, and sends them to the receiver, if there is one.
fn collect_lines(
    pipe: impl AsyncRead + Unpin + Send + 'static,
    output: Arc<Mutex<String>>,
    lines: UnboundedSender<String>,
) {
    tokio::spawn(async move {
        let mut pipe = BufReader::new(pipe).lines();
        while let Ok(Some(line)) = pipe.next_line().await {
            let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
            *output += &line;
            output.push('\n');
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
    // Each port is held until all ports are found, so that no two are the same.
    let listeners = [(); PORTS].map(|()| TcpListener::bind(("127.0.0.1", 0)));
    listeners.map(|listener| {
        let address = listener.and_then(|listener| listener.local_addr());
        address.expect("there is a free port").port()
    })
}

/// The processes that a process has started, with their descendants. Finds none on a system without `/proc`.
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

/// Kills processes.
pub(crate) fn kill(processes: &[u32]) {
    let processes = processes.iter().map(u32::to_string);
    let words = ["kill -KILL".to_owned()].into_iter().chain(processes);
    let line = words.collect::<Vec<_>>().join(" ");
    // An error means that a process has ended already.
    let _ = process::Command::new("sh").args(["-c", &line]).output();
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn the_children_of_a_process_are_found_and_killed() {
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
