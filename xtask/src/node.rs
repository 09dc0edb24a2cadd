//! Node.js, and what npm installs for the benchmark and the packaging tests.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    apt,
    process::{self, say},
    setup::find_on_path,
};

/// Node.js with its npm.
pub(crate) struct Node {
    npm: PathBuf,
}

/// Packages of npm, locked in the one folder and installed into the other.
pub(crate) struct Packages {
    pub(crate) what: &'static str,
    pub(crate) sources: &'static str,
    pub(crate) folder: &'static str,
}

impl Node {
    /// What is on PATH, or else what apt can install.
    pub(crate) fn get() -> Result<Self> {
        const MISSING: &str =
            "no Node.js on PATH (node and npm): install it (Debian: apt-get install nodejs npm)";
        let missing: Vec<_> = [("node", "nodejs"), ("npm", "npm")]
            .into_iter()
            .filter(|(name, _)| find_on_path(name).is_none())
            .map(|(_, package)| package)
            .collect();
        apt::install(&missing)?;
        find_on_path("node").context(MISSING)?;
        let npm = find_on_path("npm").context(MISSING)?;
        Ok(Self { npm })
    }

    /// npm, quiet about all but errors.
    pub(crate) fn npm(&self, subcommand: &str) -> Command {
        let mut npm = Command::new(&self.npm);
        npm.args([subcommand, "--no-audit", "--no-fund", "--loglevel=error"]);
        npm
    }

    /// Installs the locked packages, unless that was done.
    pub(crate) fn install(&self, packages: &Packages) -> Result<()> {
        let &Packages {
            what,
            sources,
            folder,
        } = packages;
        let (sources, folder) = (Path::new(sources), Path::new(folder));
        let lock = fs::read(sources.join("package-lock.json"))?;
        let installed = folder.join("installed.json");
        if fs::read(&installed).is_ok_and(|installed| installed == lock) {
            return Ok(());
        }
        say(format_args!("installing {what} with npm (seconds, once)…"));
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        for file in ["package.json", "package-lock.json"] {
            fs::copy(sources.join(file), folder.join(file))?;
        }
        process::run(self.npm("ci").current_dir(folder))?;
        Ok(fs::write(installed, lock)?)
    }
}

impl Packages {
    pub(crate) fn modules(&self) -> Result<PathBuf> {
        Ok(env::current_dir()?.join(self.folder).join("node_modules"))
    }
}
