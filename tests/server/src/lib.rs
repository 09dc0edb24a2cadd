//! A scriptable server of event streams (server-sent events): a client's tests say what each
//! connection gets, down to a TCP reset in the middle of an event, and ask what the server saw.
//!
//! ```
//! use typed_eventsource_server::{Config, Server};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let server = Server::start(Config::default()).await?;
//! println!("put a script to {}/scripts/prices", server.origin());
//! println!("and open {}/streams/prices", server.origin());
//! server.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! | endpoint | does |
//! | --- | --- |
//! | `PUT /scripts/{id}` | takes in a [`Script`] as JSON; one that was there is over, its connections end |
//! | `ANY /streams/{id}` | plays it: the n-th connection gets the n-th attempt, the last one repeats |
//! | `POST /scripts/{id}/release` | lets one `wait` step pass, now or later |
//! | `GET /scripts/{id}/seen?attempts=N&closed=M` | tells what the server saw ([`SeenAttempts`]) as soon as N attempts were made and M of them are closed; after ten seconds it answers 504 with what it did see |
//! | `DELETE /scripts/{id}` | ends its connections and forgets it |
//! | `GET /attacks` | what a server does that means harm, and what is to become of a client ([`attacks`]); `PUT /scripts/{id}?attack=NAME` puts one |
//! | `GET /chaos/{stream}?seed=S&events=N` | numbered events over connections that fail in every way, as the seed has it ([`chaos`]); `lossy=true` also forgets some; `GET /chaos/{stream}/seen?seed=S` tells what was seen ([`Seen`](chaos::Seen)) |
//!
//! Scripts and chaos answer to any origin (CORS), except that a script says so itself for its stream. A server that does
//! more, such as that of the showcase, has [more routes](Server::start_with).

mod announce;
pub mod attacks;
pub mod chaos;
pub mod client;
mod connection;
mod control;
pub mod files;
mod fill;
mod flood;
mod in_time;
mod long_head;
mod program;
mod router;
pub mod script;
mod store;
mod streams;

use std::{io, net::Ipv4Addr, path::PathBuf, sync::Arc, time::Duration};

use axum::Router;
use tokio::{net::TcpListener, task::JoinSet, time::timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

use announce::{Address, Announcement};
use chaos::Chaos;
pub use connection::Connection;
use connection::{Connections, OpenConnections};
pub use program::run;
pub use router::cors;
use script::{Script, SeenAttempts};
use store::Store;

/// How long a stopping server waits for clients that do not listen; where all do it has not to wait.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where to listen, and what to serve besides the scripts.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The port of the second origin, which serves the same; 0 takes a free one.
    pub second_port: u16,
    /// A folder to serve at `/`, [guarded](files::guard).
    pub www: Option<PathBuf>,
    /// A folder to serve at `/pkg/`, likewise.
    pub pkg: Option<PathBuf>,
    /// A folder to serve at `/pages/`, whose pages may do what they like: no content security policy holds them back.
    pub pages: Option<PathBuf>,
    /// A file that says where the server listens, for as long as it does.
    pub announce: Option<PathBuf>,
    /// What was seen of the chaotic streams; with that of a server before, its streams go on.
    pub chaos: Chaos,
}

/// A running server. Dropping it stops it too, without waiting for that.
#[derive(Debug)]
pub struct Server {
    origin: String,
    second_origin: String,
    scripts: Arc<Store>,
    stop: DropGuard,
    serving: JoinSet<io::Result<()>>,
    open: OpenConnections,
    announcement: Option<Announcement>,
}

impl Server {
    /// Starts a server on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// When a port is taken, a folder is not there or cannot be used, or the announcement cannot be written.
    pub async fn start(config: Config) -> io::Result<Self> {
        Self::start_with(config, |_| Ok(Router::new())).await
    }

    /// As [`start`](Self::start), with more routes. They are given what is cancelled when the server stops: streams that
    /// do not end then are cut off.
    ///
    /// # Errors
    ///
    /// Likewise, or when the routes cannot be made.
    pub async fn start_with(
        config: Config,
        more: impl FnOnce(&CancellationToken) -> io::Result<Router>,
    ) -> io::Result<Self> {
        let stop = CancellationToken::new();
        let scripts = Arc::new(Store::new(stop.clone()));
        let router = router::router(&config, &scripts, &stop)?.merge(more(&stop)?);
        let first = listen(config.port).await?;
        let second = listen(config.second_port).await?;
        let origin = format!("http://{}", first.local_addr()?);
        let second_origin = format!("http://{}", second.local_addr()?);
        let announcement = match &config.announce {
            Some(path) => {
                let address = Address {
                    origin: &origin,
                    second_origin: &second_origin,
                };
                Some(Announcement::write(path, &address)?)
            }
            None => None,
        };

        let open = OpenConnections::default();
        let mut serving = JoinSet::new();
        for listener in [first, second] {
            let listener = Connections::new(listener, open.clone());
            serving.spawn(serve(listener, router.clone(), stop.clone()));
        }
        Ok(Self {
            origin,
            second_origin,
            scripts,
            stop: stop.drop_guard(),
            serving,
            open,
            announcement,
        })
    }

    /// Where it listens, as in `http://127.0.0.1:8080`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Where it listens too, so that a page of the one origin can ask the other.
    pub fn second_origin(&self) -> &str {
        &self.second_origin
    }

    /// Takes in a script, as `PUT /scripts/{id}` does.
    ///
    /// # Errors
    ///
    /// When it cannot be played.
    pub fn put(&self, id: &str, script: Script) -> io::Result<()> {
        script.check().map_err(io::Error::other)?;
        self.scripts.put(id.into(), script);
        Ok(())
    }

    /// Lets one `wait` step of a script pass, now or later; without the script nothing.
    pub fn release(&self, id: &str) {
        if let Some(running) = self.scripts.get(id) {
            running.releases.add_permits(1);
        }
    }

    /// What was seen of a script so far; nothing where there is none.
    pub fn seen(&self, id: &str) -> SeenAttempts {
        let running = self.scripts.get(id);
        running.map(|running| running.seen()).unwrap_or_default()
    }

    /// How many TCP connections are open.
    pub fn connections(&self) -> usize {
        self.open.count()
    }

    /// Stops it: open streams end cleanly, and the ports are free when this returns.
    ///
    /// A client that takes too long to take notice is cut off.
    pub async fn stop(mut self) {
        drop(self.announcement.take());
        drop(self.stop);
        if timeout(PATIENCE, all(&mut self.serving)).await.is_err() {
            self.open.abort();
            all(&mut self.serving).await;
        }
    }
}

async fn listen(port: u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    listener.map_err(|error| {
        let message = format!("cannot listen on 127.0.0.1:{port}: {error}");
        io::Error::new(error.kind(), message)
    })
}

async fn serve(listener: Connections, router: Router, stop: CancellationToken) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<Connection>();
    axum::serve(listener, service)
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
}

async fn all(tasks: &mut JoinSet<io::Result<()>>) {
    while tasks.join_next().await.is_some() {}
}
