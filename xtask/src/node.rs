//! Node.js: the JavaScript contenders and what bundles them.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    process::{self, say},
    setup::find_on_path,
};

const SOURCES: &str = "benches/page";
const FOLDER: &str = "target/bench/node";
const MODULES: &str = "target/bench/node/node_modules";

/// npm and the packages that it installed for the benchmark.
pub(crate) struct Node {
    npm: PathBuf,
}

impl Node {
    pub(crate) fn find() -> Result<Self> {
        const MISSING: &str = "no Node.js on PATH (node and npm), which the benchmark needs for the contenders in \
            JavaScript: install it (Debian: apt-get install nodejs npm)";
        find_on_path("node").context(MISSING)?;
        let npm = find_on_path("npm").context(MISSING)?;
        Ok(Self { npm })
    }

    /// Installs the locked packages, unless that was done.
    pub(crate) fn install(&self) -> Result<()> {
        let lock = fs::read(Path::new(SOURCES).join("package-lock.json"))?;
        let installed = Path::new(FOLDER).join("installed.json");
        if fs::read(&installed).is_ok_and(|installed| installed == lock) {
            return Ok(());
        }
        say("installing the contenders in JavaScript (seconds, once)…");
        fs::create_dir_all(FOLDER).with_context(|| format!("cannot create {FOLDER}"))?;
        for file in ["package.json", "package-lock.json"] {
            fs::copy(Path::new(SOURCES).join(file), Path::new(FOLDER).join(file))?;
        }
        process::run(
            Command::new(&self.npm)
                .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
                .current_dir(FOLDER),
        )?;
        Ok(fs::write(installed, lock)?)
    }

    /// esbuild, which finds the installed packages and makes ES modules.
    pub(crate) fn esbuild(&self) -> Result<Command> {
        let modules = env::current_dir()?.join(MODULES);
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
}
