//! The example apps, one for each framework.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::{npm, process, process::say, setup};

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
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot replace {FOLDER}"))?;
    }
    for app in APPS {
        let product = folder.join(app);
        compile(app, &[], &product)?;
        npm::copy(
            &Path::new("www").join(app).join("index.html"),
            &product.join("index.html"),
        )?;
    }
    Ok(())
}

/// Compiles one as for production: `app.js` with its wasm in this folder.
pub(crate) fn compile(app: &str, features: &[&str], folder: &Path) -> Result<()> {
    let wasm_opt = setup::wasm_opt()?;
    let mut wasm_pack = setup::wasm_pack(wasm_opt.as_slice())?;
    wasm_pack
        .args(["build", &format!("www/{app}"), "--target", "web"])
        .args(["--profile", "small", "--mode", "no-install", "--no-pack"])
        .args(["--out-name", "app", "--no-typescript", "--out-dir"])
        .arg(Path::new("../..").join(folder));
    if wasm_opt.is_none() {
        wasm_pack.arg("--no-opt");
    }
    process::run(wasm_pack.arg("--").args(features))
}
