//! The example apps, one for each framework.

use std::path::Path;

use anyhow::Result;

use crate::{files, process, process::say, setup};

/// The example apps. Each name is also that of the app's folder in `www`, and of the folder that it is built into.
pub(crate) const APPS: [&str; 2] = ["leptos", "yew"];

/// The name of an app's crate.
pub(crate) fn package(app: &str) -> String {
    format!("typed-eventsource-app-{app}")
}

/// The folder that the server of the showcase serves the apps from.
pub(crate) const FOLDER: &str = "target/apps";

/// Builds all example apps, each with its page.
pub(crate) fn build() -> Result<()> {
    say("building the example apps (4 minutes the first time)…");
    let folder = Path::new(FOLDER);
    files::remove(folder)?;
    for app in APPS {
        let app_folder = folder.join(app);
        compile(app, &[], &app_folder)?;
        files::copy(
            &Path::new("www").join(app).join("index.html"),
            &app_folder.join("index.html"),
        )?;
    }
    Ok(())
}

/// Compiles an app as for production, into `app.js` and its wasm in the given folder.
pub(crate) fn compile(app: &str, features: &[&str], folder: &Path) -> Result<()> {
    process::run(
        setup::wasm_pack_build(&format!("www/{app}"), folder)?
            .args(["--target", "web", "--profile", "small", "--no-pack"])
            .args(["--out-name", "app", "--no-typescript", "--"])
            .args(features),
    )
}
