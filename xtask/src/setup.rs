//! What the commands need besides cargo: found where it is, or else installed once into the cache folder.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    install::{Installation, Lock},
    process::{self, say},
};

const BINARYEN: &str = "132.0.0";

/// A tool that cargo can install.
pub(crate) struct Tool {
    package: &'static str,
    binary: &'static str,
    version: String,
    minutes: &'static str,
}

impl Tool {
    pub(crate) fn wasm_pack() -> Self {
        Self {
            package: "wasm-pack",
            binary: "wasm-pack",
            version: "0.15.1".into(),
            minutes: "2 minutes",
        }
    }

    pub(crate) fn geckodriver() -> Self {
        Self {
            package: "geckodriver",
            binary: "geckodriver",
            version: "0.37.1".into(),
            minutes: "1 minute",
        }
    }

    pub(crate) fn cargo_fuzz() -> Self {
        Self {
            package: "cargo-fuzz",
            binary: "cargo-fuzz",
            version: "0.13.2".into(),
            minutes: "1 minute",
        }
    }

    pub(crate) fn cargo_deny() -> Self {
        Self {
            package: "cargo-deny",
            binary: "cargo-deny",
            version: "0.20.2".into(),
            minutes: "4 minutes",
        }
    }

    pub(crate) fn typos() -> Self {
        Self {
            package: "typos-cli",
            binary: "typos",
            version: "1.52.0".into(),
            minutes: "3 minutes",
        }
    }

    /// The command line tools must be of the library's very version.
    fn wasm_bindgen() -> Result<Self> {
        Ok(Self {
            package: "wasm-bindgen-cli",
            binary: "wasm-bindgen",
            version: locked_version("wasm-bindgen")?,
            minutes: "2 minutes",
        })
    }

    /// The path of the tool's binary, which is installed first if it is missing.
    pub(crate) fn get(&self) -> Result<PathBuf> {
        let product = Path::new("bin").join(executable(self.binary));
        let installation =
            Installation::new(&format!("{}-{}", self.package, self.version), product)?;
        if let Some(binary) = installation.find() {
            return Ok(binary);
        }
        if let Some(binary) = find_on_path(self.binary).filter(|path| self.is_version_of(path)) {
            return Ok(binary);
        }
        let announcement = format!(
            "installing {} {} (about {}, once)…",
            self.package, self.version, self.minutes
        );
        installation.get(announcement, |root| {
            let target = root.join("target");
            process::run(
                Command::new("cargo")
                    .args(["install", self.package, "--version", &self.version])
                    .args(["--locked", "--no-track", "--root"])
                    .arg(root)
                    .arg("--target-dir")
                    .arg(&target)
                    .env_remove("CARGO_BUILD_TARGET"),
            )?;
            Ok(fs::remove_dir_all(target)?)
        })
    }

    fn is_version_of(&self, binary: &Path) -> bool {
        let said = process::read(Command::new(binary).arg("--version")).unwrap_or_default();
        said.split_whitespace().nth(1) == Some(&self.version)
    }
}

/// `wasm-pack`, which finds the wasm-bindgen tools that fit (and any other `tools`) on its PATH and downloads nothing.
pub(crate) fn wasm_pack(tools: &[PathBuf]) -> Result<Command> {
    wasm_target()?;
    let wasm_pack = Tool::wasm_pack().get()?;
    let wasm_bindgen = Tool::wasm_bindgen()?.get()?;
    let mut command = Command::new(wasm_pack);
    command.env("PATH", path_with(tools.iter().chain([&wasm_bindgen]))?);
    Ok(command)
}

/// `wasm-bindgen` itself.
pub(crate) fn wasm_bindgen() -> Result<PathBuf> {
    Tool::wasm_bindgen()?.get()
}

/// `cargo`, which finds a subcommand on its PATH.
pub(crate) fn cargo_with(subcommand: &Tool) -> Result<Command> {
    let mut cargo = Command::new("cargo");
    cargo.env("PATH", path_with([&subcommand.get()?])?);
    Ok(cargo)
}

/// What is on PATH, after these tools.
pub(crate) fn path_with<'a>(tools: impl IntoIterator<Item = &'a PathBuf>) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = tools.into_iter().filter_map(|tool| tool.parent());
    let folders = folders.map(Path::to_owned).chain(env::split_paths(&path));
    Ok(env::join_paths(folders)?)
}

/// `wasm-opt`, from PATH or else from npm; `None`, with a line that says so, where there is neither.
pub(crate) fn wasm_opt() -> Result<Option<PathBuf>> {
    if let Some(wasm_opt) = find_on_path("wasm-opt") {
        return Ok(Some(wasm_opt));
    }
    let (Some(npm), Some(_node)) = (find_on_path("npm"), find_on_path("node")) else {
        say("wasm-opt is skipped: there is none on PATH, and no npm to get it with");
        return Ok(None);
    };
    let installation = Installation::new(
        &format!("binaryen-{BINARYEN}"),
        "node_modules/.bin/wasm-opt",
    )?;
    let announcement = format!("installing wasm-opt (binaryen {BINARYEN}, seconds, once)…");
    let installed = installation.get(announcement, |root| {
        process::run(
            Command::new(npm)
                .args(["install", "--no-audit", "--no-fund", "--loglevel=error"])
                .arg(format!("binaryen@{BINARYEN}"))
                .arg("--prefix")
                .arg(root),
        )
    });
    Ok(installed
        .inspect_err(|error| say(format_args!("wasm-opt is skipped: {error:#}")))
        .ok())
}

/// The standard library for wasm32. A toolchain file alone does not install it where rustup's automatic installing is off.
pub(crate) fn wasm_target() -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let is_there = || {
        let mut rustc = Command::new("rustc");
        let libraries = process::read(rustc.args(["--print", "target-libdir", "--target", TARGET]));
        libraries.is_some_and(|folder| Path::new(&folder).is_dir())
    };
    add_with_rustup("target", TARGET, is_there)
}

/// A component of the toolchain that `cargo <subcommand>` needs.
pub(crate) fn component(name: &str, subcommand: &str) -> Result<()> {
    add_with_rustup("component", name, || {
        process::succeeds(Command::new("cargo").args([subcommand, "--version"]))
    })
}

/// One run at a time, since rustup has no lock for it.
fn add_with_rustup(kind: &str, name: &str, is_there: impl Fn() -> bool) -> Result<()> {
    if is_there() {
        return Ok(());
    }
    let _lock = Lock::named("rustup")?;
    if is_there() {
        return Ok(());
    }
    say(format_args!("adding the {kind} {name} (seconds, once)…"));
    process::run(Command::new("rustup").args([kind, "add", name]))
}

pub(crate) fn find_on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(executable(name)))
        .find(|file| file.is_file())
}

fn executable(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}

fn locked_version(package: &str) -> Result<String> {
    let lock = fs::read_to_string("Cargo.lock").context("cannot read Cargo.lock")?;
    version_in(&lock, package).with_context(|| format!("Cargo.lock names no {package}"))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let (_, entry) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    Some(entry.split_once('"')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::version_in;

    #[test]
    fn a_locked_version_is_that_of_the_package_so_named() {
        let lock = "[[package]]\nname = \"a-b\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"a\"\nversion = \"2.0.1\"\n";
        assert_eq!(version_in(lock, "a").as_deref(), Some("2.0.1"));
        assert_eq!(version_in(lock, "b"), None);
    }
}
