//! The example apps, one for each framework.

use std::path::Path;

use anyhow::Result;

use crate::{files, process, process::say, setup};

/// The folder of each in `www`, and of what is made of it.
pub(crate) const APPS: [&str; 2] = ["leptos", "yew"];
/// The name of an app's crate.
pub(crate) fn package(app: &str) -> String {
    format!("typed-eventsource-app-{app}")
}

/// What the server serves.
pub(crate) const FOLDER: &str = "target/apps";

/// Builds all of them, each with its page.
pub(crate) fn build() -> Result<()> {
    say("building the example apps (4 minutes, once)…");
    let folder = Path::new(FOLDER);
    files::remove(folder)?;
    for app in APPS {
        let product = folder.join(app);
        compile(app, &[], &product)?;
        files::copy(
            &Path::new("www").join(app).join("index.html"),
            &product.join("index.html"),
        )?;
    }
    Ok(())
}

/// Compiles one as for production: `app.js` with its wasm in this folder.
pub(crate) fn compile(app: &str, features: &[&str], folder: &Path) -> Result<()> {
    process::run(
        setup::wasm_pack_build(&format!("www/{app}"), folder)?
            .args(["--target", "web", "--profile", "small", "--no-pack"])
            .args(["--out-name", "app", "--no-typescript", "--"])
            .args(features),
    )
}
