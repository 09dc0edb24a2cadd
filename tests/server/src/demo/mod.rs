//! `/demo`: live streams to show, and faults to show them with. A file for each of them.

mod answers;
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
    path::Path,
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

use channel::Channel;
use faults::Channels;

/// The streams, which go on until the server stops.
#[derive(Debug)]
pub(crate) struct Demo {
    prices: Arc<Channel>,
    chat: Arc<chat::Room>,
    game: Arc<game::Table>,
    log: Arc<Channel>,
    model: Arc<model::Model>,
}

impl Demo {
    /// Starts the streams. With a folder for it, what was said, logged and played is kept there for the next start.
    pub(crate) fn start(state: Option<&Path>, stop: &CancellationToken) -> io::Result<Self> {
        Ok(Self {
            prices: prices::start(stop.clone()),
            chat: chat::Room::start(state, stop.clone())?,
            game: game::Table::start(state, stop.clone())?,
            log: log::start(state, stop.clone())?,
            model: model::Model::start(stop.clone()),
        })
    }

    /// What pages of other origins may use too.
    pub(crate) fn open_routes(&self) -> Router {
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
    pub(crate) fn own_routes(&self) -> Router {
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
