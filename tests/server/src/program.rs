//! A program that runs a server until it is told to stop.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use crate::Server;

/// Starts a server with the options of a command line, prints one line that says where it listens, and stops it at Ctrl-C
/// or when the process is terminated. If `options` is `None`, prints the help.
pub async fn run<Options>(
    help: &str,
    options: Result<Option<Options>, lexopt::Error>,
    start: impl AsyncFnOnce(Options) -> io::Result<Server>,
) -> ExitCode {
    let outcome = match options {
        Ok(Some(options)) => serve(start(options))
            .await
            .map_err(|error| error.to_string()),
        Ok(None) => {
            print!("{help}");
            Ok(())
        }
        Err(error) => Err(format!("{error}; --help lists the options")),
    };
    let Err(error) = outcome else {
        return ExitCode::SUCCESS;
    };
    eprintln!("error: {error}");
    ExitCode::FAILURE
}

async fn serve(start: impl Future<Output = io::Result<Server>>) -> io::Result<()> {
    let stop_signal = stop_signal()?;
    let server = start.await?;
    let (origin, second) = (server.origin(), server.second_origin());
    writeln!(
        io::stdout(),
        "listening on {origin} (second origin {second})"
    )?;
    stop_signal.await;
    server.stop().await;
    Ok(())
}

/// Returns a future that waits for Ctrl-C or `SIGTERM`. A signal counts from this call on, not from the first poll.
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

/// Returns a future that waits for Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // If this fails, Ctrl-C ends the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}
