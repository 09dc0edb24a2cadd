//! `cargo xtask demo`: the showcase with its live streams.

use std::{io::ErrorKind, net::TcpListener};

use anyhow::{Result, bail};

use crate::{
    apps, npm,
    process::say,
    server::{SHOWCASE, Server},
};

const USUAL_PORT: u16 = 8080;

/// The folder where chat, log and game are kept over restarts.
const STATE: &str = "target/demo";

/// The options of the demo.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// 8080 by default, or a free port if that is taken
    #[arg(long)]
    port: Option<u16>,
    /// Also build the example apps, which the page then links to
    #[arg(long)]
    apps: bool,
}

pub(crate) fn demo(options: &Options) -> Result<()> {
    let port = free_port(options.port)?;
    npm::build()?;
    let (number, state) = (port.to_string(), format!("{STATE}/{port}"));
    let mut args = vec!["--port", &number, "--www", "www", "--pkg", "pkg"];
    if port != 0 {
        // Each port has a state folder, since two demos can run at once. A free port (0) differs from run to run, so its
        // state would never be read again.
        args.extend(["--state", &state]);
    }
    if options.apps {
        apps::build()?;
        args.extend(["--apps", apps::FOLDER]);
    }
    let server = Server::start(SHOWCASE, args)?;
    say(format_args!(
        "open {} in a browser; Ctrl-C stops it",
        server.origin()
    ));
    server.serve()
}

/// The port that the options ask for, or the usual port, or 0 for a free port.
fn free_port(asked: Option<u16>) -> Result<u16> {
    let port = asked.unwrap_or(USUAL_PORT);
    match TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => Ok(port),
        Err(error) if error.kind() == ErrorKind::AddrInUse && asked.is_none() => {
            say(format_args!("port {port} is taken, so a free one is used"));
            Ok(0)
        }
        Err(error) => bail!("cannot listen on port {port}: {error}"),
    }
}
