//! Static files: the demo page, the npm package and pages of tests.

use std::path::Path;

use axum::{
    Router,
    http::{HeaderName, HeaderValue, StatusCode, header},
};
use tower_http::{services::ServeDir, set_header::SetResponseHeaderLayer};

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-cache"),
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// Serves `www` at `/` and `pkg` at `/pkg/`.
pub(crate) fn routes(www: Option<&Path>, pkg: Option<&Path>) -> Router {
    let mut router = Router::new();
    if let Some(pkg) = pkg {
        router = router.nest_service("/pkg", ServeDir::new(pkg));
    }
    router = match www {
        Some(www) => router.fallback_service(ServeDir::new(www)),
        None => router.fallback(async || (StatusCode::NOT_FOUND, "nothing here\n")),
    };
    for (name, value) in HEADERS {
        let value = HeaderValue::from_static(value);
        router = router.layer(SetResponseHeaderLayer::overriding(name, value));
    }
    router
}

/// Serves `pages` at `/pages/`.
pub(crate) fn pages(pages: Option<&Path>) -> Router {
    let router = Router::new();
    let Some(pages) = pages else {
        return router;
    };
    let fresh = HeaderValue::from_static("no-cache");
    router
        .nest_service("/pages", ServeDir::new(pages))
        .layer(SetResponseHeaderLayer::overriding(
            header::CACHE_CONTROL,
            fresh,
        ))
}
