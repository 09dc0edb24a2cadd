//! Servers as processes, ended when they are dropped.

use std::{
    fs,
    net::TcpListener,
    process::Stdio,
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
        let children = children_of(id);
        // It comes first: it would start others in their place.
        let _ = self.child.start_kill();
        children.into_iter().for_each(kill);
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

/// The processes that a process has started. Where the system does not tell, its end has to end them.
fn children_of(id: u32) -> Vec<i32> {
    let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
    let children = children.unwrap_or_default();
    children
        .split_whitespace()
        .filter_map(|id| id.parse().ok())
        .collect()
}

#[cfg(unix)]
fn kill(id: i32) {
    use nix::{
        sys::signal::{self, Signal},
        unistd::Pid,
    };

    // An error means that it has gone already.
    let _ = signal::kill(Pid::from_raw(id), Signal::SIGKILL);
}

#[cfg(not(unix))]
fn kill(_: i32) {}
