//! The packages of the contenders in JavaScript, and esbuild, which bundles them.

use std::process::Command;

use anyhow::Result;

use crate::node::Packages;

pub(super) const PACKAGES: Packages = Packages {
    what: "the contenders in JavaScript",
    sources: "benches/page",
    folder: "target/bench/node",
};

/// esbuild, which finds the installed packages and makes ES modules.
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
        .env("NODE_PATH", modules);
    Ok(esbuild)
}
