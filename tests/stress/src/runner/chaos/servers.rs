//! The servers of the chaotic streams, which are restarted during a run.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use typed_eventsource_server::{Config, Server, chaos::Chaos};

/// How many servers there are. Each has two origins. A browser opens at most six connections to an origin.
const SERVERS: usize = 3;
/// How long a server is started again and again: after the stop of the one before, the browser may use the port for an outgoing
/// connection.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Servers {
    /// The state of all streams. All servers share it, also after a restart.
    chaos: Chaos,
    running: Vec<Server>,
    restarts: usize,
}

impl Servers {
    pub(crate) async fn start(chaos: &Chaos) -> Result<Self> {
        let mut running = Vec::new();
        for _ in 0..SERVERS {
            running.push(start(chaos, [0, 0]).await?);
        }
        Ok(Self {
            chaos: chaos.clone(),
            running,
            restarts: 0,
        })
    }

    pub(crate) fn origins(&self) -> Vec<String> {
        let origins = self
            .running
            .iter()
            .flat_map(|server| [server.origin(), server.second_origin()]);
        origins.map(str::to_owned).collect()
    }

    /// Stops a server, whose connections break off, and starts another at the same addresses.
    pub(crate) async fn restart_next(&mut self) -> Result<()> {
        let server = self.running.remove(0);
        let ports = [port(server.origin())?, port(server.second_origin())?];
        server.stop().await;
        self.running.push(start(&self.chaos, ports).await?);
        self.restarts += 1;
        Ok(())
    }

    pub(crate) fn restarts(&self) -> usize {
        self.restarts
    }

    pub(crate) async fn stop(self) {
        for server in self.running {
            server.stop().await;
        }
    }
}

async fn start(chaos: &Chaos, [port, second_port]: [u16; 2]) -> Result<Server> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let config = Config {
            port,
            second_port,
            chaos: chaos.clone(),
            ..Config::default()
        };
        match Server::start(config).await {
            Err(error) if Instant::now() > deadline => {
                return Err(error).context("a server did not start within two minutes");
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            Ok(server) => return Ok(server),
        }
    }
}

fn port(origin: &str) -> Result<u16> {
    let (_, port) = origin.rsplit_once(':').context("no port")?;
    Ok(port.parse()?)
}
