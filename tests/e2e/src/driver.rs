//! The process of a WebDriver server.

use std::{
    io::{self, BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{self, Sender},
    },
    thread,
    time::Duration,
};

use crate::Browser;

/// How long a driver may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A driver that is listening; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Driver {
    process: Child,
    address: String,
    output: Output,
}

/// What a driver and its browser have printed.
#[derive(Clone, Debug, Default)]
struct Output(Arc<Mutex<Vec<String>>>);

impl Driver {
    /// Starts a driver on a free port and waits until it listens.
    pub(crate) fn start(browser: Browser) -> io::Result<Self> {
        let program = browser.driver();
        let mut process = Command::new(&program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| {
                let advice = "`cargo xtask test e2e` sets it up";
                io::Error::new(
                    error.kind(),
                    format!("cannot start {program}: {error}; {advice}"),
                )
            })?;
        let output = Output::default();
        let (ports, port) = mpsc::channel();
        if let Some(stdout) = process.stdout.take() {
            output.collect(stdout, ports.clone());
        }
        if let Some(stderr) = process.stderr.take() {
            output.collect(stderr, ports);
        }
        let mut driver = Self {
            process,
            address: String::new(),
            output,
        };
        let port = port.recv_timeout(PATIENCE).map_err(|_| {
            io::Error::other(format!(
                "{program} does not listen: {:?}",
                driver.output.lines()
            ))
        })?;
        driver.address = format!("http://127.0.0.1:{port}");
        Ok(driver)
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// What was printed since this was last asked for.
    pub(crate) fn take_output(&self) -> Vec<String> {
        std::mem::take(&mut self.output.lines())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself, and there is nothing left to do about either.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Output {
    /// Reads on in a thread, so that whoever writes never waits, and tells of the port when it is named.
    fn collect(&self, from: impl Read + Send + 'static, ports: Sender<u16>) {
        let output = self.clone();
        thread::spawn(move || {
            for line in BufReader::new(from).lines().map_while(io::Result::ok) {
                if let Some(port) = port_in(&line) {
                    // Nobody waits for a second one.
                    let _ = ports.send(port);
                }
                output.lines().push(line);
            }
        });
    }

    fn lines(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The port in the line by which chromedriver or geckodriver says that it listens.
fn port_in(line: &str) -> Option<u16> {
    let (_, port) = line
        .split_once("started successfully on port ")
        .or_else(|| line.split_once("Listening on 127.0.0.1:"))?;
    port.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::port_in;

    #[test]
    fn each_driver_tells_its_port() {
        let chrome = "ChromeDriver was started successfully on port 41593.";
        let firefox = "1763660000000\tgeckodriver\tINFO\tListening on 127.0.0.1:38117";
        assert_eq!(port_in(chrome), Some(41593));
        assert_eq!(port_in(firefox), Some(38117));
        assert_eq!(port_in("Only local connections are allowed."), None);
    }
}
