//! Static files: the demo page, the npm package, the example apps and pages of tests.

use std::{fs, io, path::Path};

use axum::{
    Router,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use tower_http::{services::ServeDir, set_header::SetResponseHeaderLayer};

use crate::Config;

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-cache"),
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// Serves `www` at `/`, `pkg` at `/pkg/`, `apps` at `/apps/`, and at `/apps.json` what is in there.
pub(crate) fn routes(config: &Config) -> Router {
    let apps = config.apps.clone();
    let names = async move || names_of_apps(apps.as_deref());
    let mut router = Router::new().route("/apps.json", get(names));
    for (path, folder) in [("/pkg", &config.pkg), ("/apps", &config.apps)] {
        if let Some(folder) = folder {
            router = router.nest_service(path, ServeDir::new(folder));
        }
    }
    router = match &config.www {
        Some(www) => router.fallback_service(ServeDir::new(www)),
        None => router.fallback(async || (StatusCode::NOT_FOUND, "nothing here\n")),
    };
    for (name, value) in HEADERS {
        let value = HeaderValue::from_static(value);
        router = router.layer(SetResponseHeaderLayer::overriding(name, value));
    }
    router
}

/// Those that have a page.
fn names_of_apps(apps: Option<&Path>) -> Response {
    let names = apps.map_or(Ok(Vec::new()), names_with_a_page);
    match names.and_then(|names| Ok(serde_json::to_string(&names)?)) {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response(),
    }
}

fn names_with_a_page(apps: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(apps)? {
        let entry = entry?;
        if entry.path().join("index.html").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
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
