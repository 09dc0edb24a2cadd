//! Builds what the task `size` measures: the smallest apps in Rust, the example apps, and the bundles of the contenders in
//! JavaScript.

use std::path::Path;

use anyhow::Result;
use fs_err as fs;

use super::esbuild::esbuild;
use crate::{
    apps, files,
    process::{self, say},
    setup,
};

const SOURCES: &str = "benches/page/src/sizes";
const FOLDER: &str = "target/bench/sizes";

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

/// Bundles each contender into a separate folder, since a dynamic `import()` makes a second file.
fn bundle() -> Result<()> {
    for source in fs::read_dir(SOURCES)? {
        let source = source?.path();
        let name = source.file_stem().unwrap_or_default().to_string_lossy();
        let folder = format!("{FOLDER}/js/{name}");
        // The names of files contain hashes, so that the files of an earlier build would stay.
        files::remove(Path::new(&folder))?;
        process::run(
            esbuild()?
                .arg(&source)
                .args(["--minify", "--splitting"])
                .arg("--alias:typed-eventsource=./pkg/index.js")
                .arg("--alias:typed-eventsource/parser=./pkg/parser.js")
                .arg(format!("--outdir={folder}")),
        )?;
    }
    Ok(())
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
