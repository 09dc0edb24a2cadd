//! The showcase's server: live streams, each in a file, and faults to show them with.
//!
//! It is the test server (`typed_eventsource_server`) with more routes:
//!
//! | endpoint | what it does |
//! | --- | --- |
//! | `GET /demo/prices` | streams made-up prices. A client that reconnects with a last event id (header, or `?lastEventId=`) gets the events that it has missed |
//! | `GET` and `POST /demo/chat` | streams the messages and the people of a chat room, and sends a message |
//! | `GET /demo/chat/recent` | answers who asks (`?client=ID&name=NAME`), who is present, and with the recent messages and their event ids, as JSON |
//! | `GET` and `POST /demo/game` | streams the state of a minefield that all share, and makes a move |
//! | `GET /demo/log` | streams three hundred lines a second, whose ids are numbers without a gap |
//! | `POST /demo/model` | streams an answer in tokens, as language models do, until `[DONE]`. `GET /demo/model/ended?client=ID` tells how far it came |
//! | `POST /demo/faults/{fault}` | causes a fault of the prices, or of another stream with `?stream=chat` and the like: `drop`, `unavailable?attempts=3`, `malformed`, `hostile`, `finish` |
//! | `GET /apps.json` | answers with the names of the example apps, as a JSON array |
//!
//! Prices answer any origin (CORS), faults answer pages of this machine, and all other routes only the server's own pages. A fault
//! with `?client=ID` concerns only streams that were opened with `?client=ID`.

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

/// The folders that the showcase uses besides those of the test server.
#[derive(Debug, Clone, Default)]
pub struct Showcase {
    /// A folder to serve at `/apps/`, which has a folder for each example app.
    pub apps: Option<PathBuf>,
    /// A folder that keeps chat, log and game over a restart. It is made if it does not exist. Two servers that run at the same
    /// time need two folders.
    pub state: Option<PathBuf>,
}

impl Showcase {
    /// Starts a server on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// If a port is taken, a folder cannot be used, or the announcement cannot be written.
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

/// The streams, which run until the server stops.
#[derive(Debug)]
struct Streams {
    prices: Arc<Channel>,
    chat: Arc<chat::Room>,
    game: Arc<game::Table>,
    log: Arc<Channel>,
    model: Arc<model::Model>,
}

impl Streams {
    /// Starts the streams. With a folder, they keep chat, log and game there for the next start.
    fn start(state: Option<&Path>, stop: &CancellationToken) -> io::Result<Self> {
        Ok(Self {
            prices: prices::start(stop.clone()),
            chat: chat::Room::start(state, stop.clone())?,
            game: game::Table::start(state, stop.clone())?,
            log: log::start(state, stop.clone())?,
            model: model::Model::start(stop.clone()),
        })
    }

    /// The routes that pages of other origins may use too.
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

    /// The routes that only pages of the server's own origin may use.
    fn own_routes(&self) -> Router {
        let chat = Router::new()
            .route("/demo/chat", get(chat::hear).post(chat::speak))
            .route("/demo/chat/recent", get(chat::recent))
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

/// The time in milliseconds since 1970.
fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(0))
}
