//! What is weighed: the smallest apps in Rust, and the bundles of the contenders in JavaScript.

use std::fs;

use anyhow::Result;

use super::node::Node;
use crate::{
    process::{self, say},
    setup,
};

const SOURCES: &str = "benches/page/src/sizes";
const FOLDER: &str = "target/bench/sizes";

/// The app's name, and the one feature that it is built with.
const APPS: [(&str, &str); 7] = [
    ("empty", ""),
    ("text", "text"),
    ("json", "json"),
    ("fetch", "fetch"),
    ("bytes", "bytes"),
    ("gzip", "gzip"),
    ("gloo", "gloo"),
];

/// Builds all of it as for production.
pub(crate) fn build(node: &Node) -> Result<()> {
    say("building the smallest apps (2 minutes, once)…");
    bundle(node)?;
    for (name, feature) in APPS {
        app(node, name, feature)?;
    }
    Ok(())
}

fn bundle(node: &Node) -> Result<()> {
    let mut entries = Vec::new();
    for file in fs::read_dir(SOURCES)? {
        entries.push(file?.path());
    }
    process::run(
        node.esbuild()?
            .args(entries)
            .args(["--minify", "--alias:typed-eventsource=./pkg/index.js"])
            .arg(format!("--outdir={FOLDER}/js")),
    )
}

fn app(node: &Node, name: &str, feature: &str) -> Result<()> {
    let folder = format!("{FOLDER}/rust/{name}");
    let wasm_opt = setup::wasm_opt()?;
    let mut wasm_pack = setup::wasm_pack(wasm_opt.as_slice())?;
    wasm_pack
        .args(["build", "benches/sizes", "--target", "web"])
        .args(["--profile", "small", "--mode", "no-install"])
        .args(["--out-dir", &format!("../../{folder}"), "--out-name", "app"]);
    if wasm_opt.is_none() {
        wasm_pack.arg("--no-opt");
    }
    process::run(wasm_pack.args(["--", "--features", feature]))?;
    process::run(
        node.esbuild()?
            .arg(format!("{folder}/app.js"))
            .arg("--minify")
            .arg(format!("--outfile={folder}/glue.js")),
    )
}
