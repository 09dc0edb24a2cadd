//! The showcase's server: live streams to show, and faults to show them with. A file for each of them.
//!
//! It is the server of the tests (`typed_eventsource_server`) with more routes:
//!
//! | endpoint | does |
//! | --- | --- |
//! | `GET /demo/prices` | a live stream of made-up prices; who comes back with a last event id (header, or `?lastEventId=`) gets what it missed |
//! | `GET` and `POST /demo/chat` | a room: who is here and what is said, and saying something |
//! | `GET` and `POST /demo/game` | a minefield for all: how it stands, and a move |
//! | `GET /demo/log` | three hundred lines a second, numbered without a gap by their ids |
//! | `POST /demo/model` | an answer in tokens, in the form of a language model's, until `[DONE]`; `GET /demo/model/ended?client=ID` tells how far it came |
//! | `POST /demo/faults/{fault}` | `drop`, `unavailable?attempts=3`, `malformed`, `hostile`, `finish`: what the prices do wrong, or with `?stream=chat` and the like another stream |
//! | `GET /apps.json` | the names of the example apps that are there, as a JSON array |
//!
//! Prices answer to any origin (CORS), faults to pages of this machine, the rest to the server's own pages alone. A stream
//! opened with `?client=ID` can be the only one that a fault with `?client=ID` hits.

mod answers;
mod apps;
mod channel;
mod chat;
mod faults;
mod feed;
mod game;
mod journal;
mod log;
mod market;
mod minefield;
mod model;
mod people;
mod prices;
mod rate;
mod request;

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
use tokio_util::sync::CancellationToken;
use typed_eventsource_server::{Config, Server, cors};

use channel::Channel;
use faults::Channels;

/// What there is beyond the page and the package.
#[derive(Debug, Clone, Default)]
pub struct Showcase {
    /// A folder to serve at `/apps/`, with a folder for each example app in it.
    pub apps: Option<PathBuf>,
    /// A folder in which is kept what was said, logged and played, so that it goes on there after a restart. It is
    /// made if it is not there; two servers that run at once need two.
    pub state: Option<PathBuf>,
}

impl Showcase {
    /// Starts a server on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// When a port is taken, a folder is not there or cannot be used, or the announcement cannot be written.
    pub async fn start(&self, config: Config) -> io::Result<Server> {
        Server::start_with(config, |stop| self.routes(stop)).await
    }

    fn routes(&self, stop: &CancellationToken) -> io::Result<Router> {
        let streams = Streams::start(self.state.as_deref(), stop)?;
        Ok(Router::new()
            .merge(streams.open_routes().layer(cors()))
            .merge(streams.own_routes())
            .merge(apps::routes(self.apps.as_deref())?))
    }
}

/// The streams, which go on until the server stops.
#[derive(Debug)]
struct Streams {
    prices: Arc<Channel>,
    chat: Arc<chat::Room>,
    game: Arc<game::Table>,
    log: Arc<Channel>,
    model: Arc<model::Model>,
}

impl Streams {
    /// Starts the streams. With a folder for it, what was said, logged and played is kept there for the next start.
    fn start(state: Option<&Path>, stop: &CancellationToken) -> io::Result<Self> {
        Ok(Self {
            prices: prices::start(stop.clone()),
            chat: chat::Room::start(state, stop.clone())?,
            game: game::Table::start(state, stop.clone())?,
            log: log::start(state, stop.clone())?,
            model: model::Model::start(stop.clone()),
        })
    }

    /// What pages of other origins may use too.
    fn open_routes(&self) -> Router {
        let channels = Channels::from([
            ("prices", Arc::clone(&self.prices)),
            ("chat", Arc::clone(&self.chat.channel)),
            ("game", Arc::clone(&self.game.channel)),
            ("log", Arc::clone(&self.log)),
            ("model", Arc::clone(&self.model.channel)),
        ]);
        let faults = Router::new()
            .route("/demo/faults/{fault}", post(faults::cause))
            .route_layer(middleware::from_fn(request::same_machine))
            .with_state(Arc::new(channels));
        Router::new()
            .route("/demo/prices", get(prices::open))
            .with_state(Arc::clone(&self.prices))
            .merge(faults)
    }

    /// What is for pages of the server's own origin.
    fn own_routes(&self) -> Router {
        let chat = Router::new()
            .route("/demo/chat", get(chat::hear).post(chat::speak))
            .with_state(Arc::clone(&self.chat));
        let game = Router::new()
            .route("/demo/game", get(game::watch).post(game::play))
            .with_state(Arc::clone(&self.game));
        let log = Router::new()
            .route("/demo/log", get(log::tail))
            .with_state(Arc::clone(&self.log));
        let model = Router::new()
            .route("/demo/model", post(model::complete))
            .route("/demo/model/ended", get(model::ended))
            .with_state(Arc::clone(&self.model));
        chat.merge(game)
            .merge(log)
            .merge(model)
            .route_layer(middleware::from_fn(request::same_origin))
            .layer(DefaultBodyLimit::max(request::MAX_BODY))
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(0))
}
