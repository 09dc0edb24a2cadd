//! `/apps/`: the example apps that are built.

use std::{fs, io, path::Path};

use axum::{
    Router,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use typed_eventsource_server::files;

/// Serves the apps, and at `/apps.json` the names of those that there are.
pub(crate) fn routes(apps: Option<&Path>) -> io::Result<Router> {
    let folder = apps.map(|apps| files::folder("/apps", apps)).transpose()?;
    let apps = apps.map(Path::to_owned);
    let names = async move || names_of_apps(apps.as_deref());
    let router = folder.unwrap_or_default();
    Ok(files::guard(router.route("/apps.json", get(names))))
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
