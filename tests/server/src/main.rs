//! The command line of the test server.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use typed_eventsource_server::{Config, Server};

const HELP: &str = include_str!("help.txt");

/// A scriptable server of event streams (server-sent events), to test clients with.
#[derive(Debug, Parser)]
#[command(version, after_long_help = HELP)]
struct Arguments {
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The port of the second origin, which serves the same; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    second_port: u16,
    /// A folder to serve at /
    #[arg(long, value_name = "DIR")]
    www: Option<PathBuf>,
    /// A folder to serve at /pkg/
    #[arg(long, value_name = "DIR")]
    pkg: Option<PathBuf>,
    /// A folder of example apps to serve at /apps/
    #[arg(long, value_name = "DIR")]
    apps: Option<PathBuf>,
    /// A folder in which the demo's chat, log and game are kept over restarts
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// A file to say in JSON where the server listens, removed when it stops
    #[arg(long, value_name = "FILE")]
    announce: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> io::Result<()> {
    let stop_signal = stop_signal()?;
    let server = Server::start(Config {
        port: arguments.port,
        second_port: arguments.second_port,
        www: arguments.www,
        pkg: arguments.pkg,
        apps: arguments.apps,
        state: arguments.state,
        announce: arguments.announce,
        ..Config::default()
    })
    .await?;
    let (origin, second) = (server.origin(), server.second_origin());
    writeln!(
        io::stdout(),
        "listening on {origin} (second origin {second})"
    )?;
    stop_signal.await;
    server.stop().await;
    Ok(())
}

/// Ctrl-C, or what `kill` sends; noticed from this call on.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Where it cannot be noticed it ends the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}
