//! Static files. Those of the page and of the package have headers that limit what a page may do.

use std::{io, path::Path};

use axum::{
    Router,
    http::{HeaderName, HeaderValue, StatusCode, header},
};
use tower_http::{services::ServeDir, set_header::SetResponseHeaderLayer};

use crate::Config;

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

const NO_CACHE: (HeaderName, &str) = (header::CACHE_CONTROL, "no-cache");

/// Serves `www` at `/`, `pkg` at `/pkg/`, and `pages` at `/pages/`.
pub(crate) fn routes(config: &Config) -> io::Result<Router> {
    let mut restricted = match &config.www {
        Some(www) => Router::new().fallback_service(serve(www)?),
        None => Router::new().fallback(async || (StatusCode::NOT_FOUND, "nothing here\n")),
    };
    if let Some(pkg) = &config.pkg {
        restricted = restricted.merge(folder("/pkg", pkg)?);
    }
    let mut router = with_content_security_policy(restricted);
    if let Some(pages) = &config.pages {
        router = router.merge(with_headers(folder("/pages", pages)?, [NO_CACHE]));
    }
    Ok(router)
}

/// Serves a folder at this path.
///
/// # Errors
///
/// If `folder` is not a folder.
pub fn folder(at: &str, folder: &Path) -> io::Result<Router> {
    Ok(Router::new().nest_service(at, serve(folder)?))
}

/// Lets pages use only scripts, styles and requests of their origin, and no inline scripts or styles.
pub fn with_content_security_policy(router: Router) -> Router {
    let headers = [
        NO_CACHE,
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    with_headers(router, headers)
}

fn serve(folder: &Path) -> io::Result<ServeDir> {
    if folder.is_dir() {
        return Ok(ServeDir::new(folder));
    }
    let message = format!("{} is not a folder", folder.display());
    Err(io::Error::new(io::ErrorKind::NotFound, message))
}

fn with_headers<const COUNT: usize>(
    router: Router,
    headers: [(HeaderName, &'static str); COUNT],
) -> Router {
    headers.into_iter().fold(router, |router, (name, value)| {
        let value = HeaderValue::from_static(value);
        router.layer(SetResponseHeaderLayer::overriding(name, value))
    })
}
