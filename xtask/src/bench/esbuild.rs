//! The packages of the contenders in JavaScript, and esbuild, which bundles them.

use std::process::Command;

use anyhow::Result;
use fs_err as fs;

use crate::{node::Packages, process};

pub(super) const PACKAGES: Packages = Packages {
    what: "the contenders in JavaScript",
    sources: "benches/page",
    folder: "target/bench/node",
};

/// The entries of the npm package, each with its module.
const ENTRIES: [(&str, &str); 9] = [
    ("typed-eventsource", "index.js"),
    ("typed-eventsource/javascript", "javascript.js"),
    ("typed-eventsource/parser", "parser.js"),
    ("typed-eventsource/react", "react.js"),
    ("typed-eventsource/solid", "solid.js"),
    ("typed-eventsource/svelte", "svelte.js"),
    ("typed-eventsource/vue", "vue.js"),
    ("typed-eventsource/wasm", "wasm.js"),
    ("typed-eventsource/without-wasm", "without-wasm.js"),
];

/// What an app has anyway, and is not measured.
const FRAMEWORKS: [&str; 4] = ["react", "solid-js", "svelte", "vue"];

/// esbuild, which finds the installed packages and the npm package as it was built, and makes ES modules.
pub(super) fn esbuild() -> Result<Command> {
    let modules = PACKAGES.modules()?;
    let mut esbuild = Command::new(modules.join(".bin/esbuild"));
    esbuild
        .args([
            "--bundle",
            "--format=esm",
            "--target=es2024",
            "--log-level=warning",
        ])
        .args(ENTRIES.map(|(entry, module)| format!("--alias:{entry}=./pkg/{module}")))
        .args(FRAMEWORKS.map(|framework| format!("--external:{framework}")))
        .env("NODE_PATH", modules);
    Ok(esbuild)
}

/// Bundles each module of a folder for production, into a file of the same name. The folder of that file has also what the module
/// loads by `import()`.
pub(super) fn bundle_each(sources: &str, folder: impl Fn(&str) -> String) -> Result<()> {
    for source in fs::read_dir(sources)? {
        let source = source?.path();
        let name = source.file_stem().unwrap_or_default().to_string_lossy();
        process::run(
            esbuild()?
                .arg(&source)
                .args(["--minify", "--splitting"])
                .arg(format!("--outdir={}", folder(&name))),
        )?;
    }
    Ok(())
}
