//! A scriptable server of event streams (server-sent events). A client's tests say what each connection gets, down to a TCP
//! reset in the middle of an event, and ask what the server saw.
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
//! | endpoint | what it does |
//! | --- | --- |
//! | `PUT /scripts/{id}` | stores a [`Script`], given as JSON. It replaces a script of the same id, whose connections end |
//! | `ANY /streams/{id}` | plays the script: the n-th connection gets the n-th attempt, and the last attempt repeats |
//! | `POST /scripts/{id}/release` | lets one `wait` step pass, now or later |
//! | `GET /scripts/{id}/seen?attempts=N&closed=M` | answers with [`SeenAttempts`] as soon as the server saw N attempts and M of them are closed; after ten seconds it answers 504 with what it saw up to then |
//! | `DELETE /scripts/{id}` | deletes the script and ends its connections |
//! | `GET /attacks` | lists the [attacks] of a hostile server, each with what should happen to a client |
//! | `PUT /scripts/{id}?attack=NAME` | stores the script of an attack |
//! | `GET /chaos/{stream}?seed=S&events=N` | sends numbered events over connections that fail in every way; the seed decides how ([`chaos`]). With `lossy=true` the server forgets some events, with `bare=true` an event without an id may come first |
//! | `GET /chaos/{stream}/seen?seed=S` | answers with what the server saw of a chaotic stream ([`SeenStream`](chaos::SeenStream)) |
//! | `GET /tokens/{stream}` | sends numbered events to a client with a valid token, in `Authorization: Bearer N`; 401 without one. It ends with the token. The first token is 0 |
//! | `POST /tokens/{stream}/refresh?ttl=MS` | answers with a new token |
//! | `POST /tokens/{stream}/revoke` | all tokens so far are no longer valid |
//! | `POST /tokens/{stream}/send?count=N&every=MS` | sends N events more |
//! | `GET /tokens/{stream}/seen` | answers with how many tokens were asked for, how many requests were refused for each token, and how many opened |
//!
//! All endpoints answer any origin (CORS), except that a script decides this for its stream. A server that needs more
//! endpoints, such as that of the showcase, [adds routes](Server::start_with).

mod announce;
mod at_intervals;
pub mod attacks;
pub mod chaos;
pub mod client;
pub mod clock;
mod connection;
mod control;
pub mod files;
mod fill;
mod flood;
mod long_head;
mod program;
mod router;
pub mod script;
mod store;
mod streams;
mod tokens;

use std::{io, net::Ipv4Addr, path::PathBuf, sync::Arc, time::Duration};

use axum::Router;
use tokio::{net::TcpListener, task::JoinSet, time::timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

use announce::{Announcement, Origins};
use chaos::Chaos;
pub use connection::TcpHandle;
use connection::{OpenConnections, ResettableListener};
pub use program::run;
pub use router::cors;
use script::{Script, SeenAttempts};
use store::Store;

/// How long a stopping server waits for a client that does not read.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where to listen, and what to serve besides the scripts.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The port of the second origin, which serves the same; 0 takes a free one.
    pub second_port: u16,
    /// A folder to serve at `/`, with a [content security policy](files::with_content_security_policy).
    pub www: Option<PathBuf>,
    /// A folder to serve at `/pkg/`, with the same policy.
    pub pkg: Option<PathBuf>,
    /// A folder to serve at `/pages/`, without a content security policy.
    pub pages: Option<PathBuf>,
    /// A file that the server writes its address to. It is removed when the server stops.
    pub announce: Option<PathBuf>,
    /// The chaotic streams. With those of an earlier server, its streams continue.
    pub chaos: Chaos,
}

/// A running server. When it is dropped, it stops in the background.
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
    /// If a port is taken, a folder does not exist, or the announcement cannot be written.
    pub async fn start(config: Config) -> io::Result<Self> {
        Self::start_with(config, |_| Ok(Router::new())).await
    }

    /// As [`start`](Self::start), with more routes. `more_routes` gets a token that is cancelled when the server stops: the
    /// streams of these routes have to end then. Ten seconds later the server cuts off those that have not.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start), and if `more_routes` fails.
    pub async fn start_with(
        config: Config,
        more_routes: impl FnOnce(&CancellationToken) -> io::Result<Router>,
    ) -> io::Result<Self> {
        let stop = CancellationToken::new();
        let scripts = Arc::new(Store::new(stop.clone()));
        let router = router::router(&config, &scripts, &stop)?.merge(more_routes(&stop)?);
        let first = listen(config.port).await?;
        let second = listen(config.second_port).await?;
        let origin = format!("http://{}", first.local_addr()?);
        let second_origin = format!("http://{}", second.local_addr()?);
        let announcement = match &config.announce {
            Some(path) => {
                let origins = Origins {
                    origin: &origin,
                    second_origin: &second_origin,
                };
                Some(Announcement::write(path, &origins)?)
            }
            None => None,
        };

        let open = OpenConnections::default();
        let mut serving = JoinSet::new();
        for listener in [first, second] {
            let listener = ResettableListener::new(listener, open.clone());
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

    /// The origin that the server listens at, such as `http://127.0.0.1:8080`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The second origin that the server listens at. A page of one origin can send cross-origin requests to the other.
    pub fn second_origin(&self) -> &str {
        &self.second_origin
    }

    /// Stores a script, as `PUT /scripts/{id}` does.
    ///
    /// # Errors
    ///
    /// If the script cannot be played.
    pub fn put(&self, id: &str, script: Script) -> io::Result<()> {
        script.check().map_err(io::Error::other)?;
        self.scripts.put(id.into(), script);
        Ok(())
    }

    /// Lets one `wait` step of a script pass, now or later. Does nothing if there is no such script.
    pub fn release(&self, id: &str) {
        if let Some(running) = self.scripts.get(id) {
            running.releases.add_permits(1);
        }
    }

    /// What the server saw of a script so far; the default if there is no such script.
    pub fn seen(&self, id: &str) -> SeenAttempts {
        let running = self.scripts.get(id);
        running.map(|running| running.seen()).unwrap_or_default()
    }

    /// How many TCP connections are open.
    pub fn connections(&self) -> usize {
        self.open.count()
    }

    /// Stops the server. The ports are free when this returns.
    ///
    /// A script's response ends cleanly if it has begun; otherwise its connection is reset. A chaotic stream breaks off. A
    /// client that does not read the end of its response within ten seconds is cut off.
    pub async fn stop(mut self) {
        drop(self.announcement.take());
        drop(self.stop);
        if timeout(PATIENCE, join(&mut self.serving)).await.is_err() {
            self.open.abort();
            join(&mut self.serving).await;
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

async fn serve(
    listener: ResettableListener,
    router: Router,
    stop: CancellationToken,
) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<TcpHandle>();
    axum::serve(listener, service)
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
}

async fn join(tasks: &mut JoinSet<io::Result<()>>) {
    while tasks.join_next().await.is_some() {}
}
