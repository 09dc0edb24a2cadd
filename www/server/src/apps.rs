//! `/apps/` serves the example apps that are built.

use std::{fs, io, path::Path};

use axum::{Json, Router, http::StatusCode, routing::get};
use typed_eventsource_server::files;

/// Serves the apps, and at `/apps.json` their names.
pub(crate) fn routes(apps: Option<&Path>) -> io::Result<Router> {
    let folder = apps.map(|apps| files::folder("/apps", apps)).transpose()?;
    let apps = apps.map(Path::to_owned);
    let names = async move || {
        let names = apps.as_deref().map_or(Ok(Vec::new()), names_with_a_page);
        let refused = |error| (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n"));
        names.map(Json).map_err(refused)
    };
    let router = folder.unwrap_or_default();
    Ok(files::with_content_security_policy(
        router.route("/apps.json", get(names)),
    ))
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
