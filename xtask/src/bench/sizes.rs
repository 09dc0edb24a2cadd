//! Builds what the task `size` measures: the smallest apps in Rust, the example apps, and the bundles of the contenders in
//! JavaScript.

use std::path::Path;

use anyhow::Result;

use super::esbuild::{bundle_each, esbuild};
use crate::{
    apps, files,
    process::{self, say},
    setup,
};

const SOURCES: &str = "benches/page/src/sizes";
/// A folder of the page, which also opens some of the apps.
const FOLDER: &str = "target/bench/page/sizes";

/// The smallest apps: the name of each, and the feature that it is built with.
const APPS: [(&str, &str); 8] = [
    ("empty", ""),
    ("text", "text"),
    ("json", "json"),
    ("js", "js"),
    ("fetch", "fetch"),
    ("bytes", "bytes"),
    ("gzip", "gzip"),
    ("gloo", "gloo"),
];

/// Those that the task `first-event` opens.
const STARTED: [&str; 3] = ["json", "fetch", "gloo"];

/// Builds the smallest apps whose start is measured.
pub(crate) fn build_startup_apps() -> Result<()> {
    say("building three small apps (1 minute, once)…");
    for name in STARTED {
        app(name, name)?;
    }
    Ok(())
}

/// Builds everything as for production.
pub(crate) fn build() -> Result<()> {
    say("building the smallest apps and the example apps (4 minutes, once)…");
    bundle()?;
    for (name, feature) in APPS {
        app(name, feature)?;
    }
    for name in apps::APPS {
        example_app(name, "with", &[])?;
        example_app(name, "without", &["--no-default-features"])?;
    }
    Ok(())
}

/// Builds an example app with this crate or without.
fn example_app(name: &str, variant: &str, features: &[&str]) -> Result<()> {
    let folder = format!("{FOLDER}/apps/{name}/{variant}");
    apps::compile(name, features, Path::new(&folder))?;
    minify_glue(&folder)
}

/// Bundles each contender into a separate folder.
fn bundle() -> Result<()> {
    let folder = format!("{FOLDER}/js");
    // The names of chunks contain hashes, so that those of an earlier build would stay.
    files::remove(Path::new(&folder))?;
    bundle_each(SOURCES, |name| format!("{folder}/{name}"))
}

fn app(name: &str, feature: &str) -> Result<()> {
    let folder = format!("{FOLDER}/rust/{name}");
    process::run(
        setup::wasm_pack_build("benches/sizes", Path::new(&folder))?
            .args(["--target", "web", "--profile", "small"])
            .args(["--out-name", "app", "--", "--features", feature]),
    )?;
    minify_glue(&folder)
}

/// Minifies the JavaScript that loads an app's wasm, as for production.
fn minify_glue(folder: &str) -> Result<()> {
    process::run(
        esbuild()?
            .arg(format!("{folder}/app.js"))
            .arg("--minify")
            .arg(format!("--outfile={folder}/glue.js")),
    )
}
