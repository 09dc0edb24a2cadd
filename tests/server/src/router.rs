//! The routes of the server.

use std::{io, sync::Arc};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderValue, header},
    routing::{any, get, post, put},
};
use tokio_util::sync::CancellationToken;
use tower_http::{cors::CorsLayer, set_header::SetResponseHeaderLayer};

use crate::{Config, chaos, control, files, store::Store, streams, tokens};

/// The largest script, and the largest body that a stream's request may have.
const MAX_BODY: usize = 8 * 1024 * 1024;

pub(crate) fn router(
    config: &Config,
    store: &Arc<Store>,
    stop: &CancellationToken,
) -> io::Result<Router> {
    Ok(Router::new()
        .merge(scripts(store))
        .merge(chaos::routes(&config.chaos, stop))
        .merge(tokens::routes(stop))
        .merge(files::routes(config)?))
}

fn scripts(store: &Arc<Store>) -> Router {
    let control = Router::new()
        .route("/attacks", get(control::attacks))
        .route("/scripts/{id}", put(control::put).delete(control::delete))
        .route("/scripts/{id}/release", post(control::release))
        .route("/scripts/{id}/seen", get(control::seen))
        .layer(cors());
    // A script decides which CORS headers its stream has.
    let streams = any(streams::play).options(streams::preflight);
    // Browsers silently repeat a request whose kept-alive connection was reset, which would be counted as an attempt. So
    // every request gets a new connection.
    let close = HeaderValue::from_static("close");
    control
        .route("/streams/{id}", streams)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CONNECTION,
            close,
        ))
        .with_state(Arc::clone(store))
}

/// Allows everything to any origin, with credentials.
pub fn cors() -> CorsLayer {
    CorsLayer::very_permissive()
}
