//! Finds the tools that the commands need besides cargo, or installs them once into the cache folder.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use fs_err as fs;

use crate::{
    install::{self, Installation},
    process::{self, say},
};

const BINARYEN_VERSION: &str = "132.0.0";

pub(crate) const WASM_PACK: Tool = Tool {
    package: "wasm-pack",
    binary: "wasm-pack",
    version: Some("0.15.1"),
    is_optimised: false,
    duration: "1 minute",
};

pub(crate) const WASM_BINDGEN: Tool = Tool {
    package: "wasm-bindgen-cli",
    binary: "wasm-bindgen",
    version: None,
    is_optimised: true,
    duration: "3 minutes",
};

/// The same for a small build: the showcase is there minutes earlier.
const WASM_BINDGEN_UNOPTIMISED: Tool = Tool {
    is_optimised: false,
    duration: "1 minute",
    ..WASM_BINDGEN
};

pub(crate) const GECKODRIVER: Tool = Tool {
    package: "geckodriver",
    binary: "geckodriver",
    version: Some("0.37.1"),
    is_optimised: true,
    duration: "1 minute",
};

pub(crate) const CARGO_FUZZ: Tool = Tool {
    package: "cargo-fuzz",
    binary: "cargo-fuzz",
    version: Some("0.13.2"),
    is_optimised: true,
    duration: "1 minute",
};

pub(crate) const CARGO_DENY: Tool = Tool {
    package: "cargo-deny",
    binary: "cargo-deny",
    version: Some("0.20.2"),
    is_optimised: true,
    duration: "4 minutes",
};

pub(crate) const CARGO_SEMVER_CHECKS: Tool = Tool {
    package: "cargo-semver-checks",
    binary: "cargo-semver-checks",
    version: Some("0.51.0"),
    is_optimised: true,
    duration: "5 minutes",
};

pub(crate) const TYPOS: Tool = Tool {
    package: "typos-cli",
    binary: "typos",
    version: Some("1.52.0"),
    is_optimised: true,
    duration: "3 minutes",
};

pub(crate) const MDBOOK: Tool = Tool {
    package: "mdbook",
    binary: "mdbook",
    version: Some("0.5.4"),
    is_optimised: true,
    duration: "3 minutes",
};

/// A tool that cargo can install.
pub(crate) struct Tool {
    package: &'static str,
    binary: &'static str,
    /// `None` means the locked version of the library that the binary is named after.
    version: Option<&'static str>,
    /// An optimised tool is faster, but its installation takes three times as long.
    is_optimised: bool,
    /// How long the installation takes, for the line that is printed before it.
    duration: &'static str,
}

impl Tool {
    /// The path of the tool's binary. A missing tool is installed first.
    pub(crate) fn get(&self) -> Result<PathBuf> {
        let version = match self.version {
            Some(version) => version.to_owned(),
            None => locked_version(self.binary)?,
        };
        let product = Path::new("bin").join(executable(self.binary));
        let name = format!("{}-{version}", self.package);
        let mut installation = Installation::new(&name, &product)?;
        if let Some(binary) = installation.find() {
            return Ok(binary);
        }
        if let Some(binary) = find_on_path(self.binary)
            && printed_version(&binary).as_ref() == Some(&version)
        {
            return Ok(binary);
        }
        if !self.is_optimised {
            installation = Installation::new(&format!("{name}-unoptimised"), product)?;
        }
        let announcement = format!(
            "installing {} {version} (about {}, once)…",
            self.package, self.duration
        );
        installation.get(announcement, |root| {
            let target = root.join("target");
            let mut cargo = Command::new("cargo");
            cargo
                .args(["install", self.package, "--version", &version])
                .args(["--locked", "--no-track", "--root"])
                .arg(root)
                .arg("--target-dir")
                .arg(&target)
                .env_remove("CARGO_BUILD_TARGET");
            if !self.is_optimised {
                cargo.arg("--debug").env("CARGO_PROFILE_DEV_DEBUG", "false");
            }
            process::run(&mut cargo)?;
            Ok(fs::remove_dir_all(target)?)
        })
    }
}

fn printed_version(binary: &Path) -> Option<String> {
    let printed = process::read(Command::new(binary).arg("--version"))?;
    printed.split_whitespace().nth(1).map(str::to_owned)
}

/// The version of a library in `Cargo.lock`.
fn locked_version(library: &str) -> Result<String> {
    let id = process::read(Command::new("cargo").args(["pkgid", "--locked", library]));
    let id = id.with_context(|| format!("Cargo.lock names no {library}"))?;
    let version = id.rsplit('@').next().unwrap_or_default();
    Ok(version.to_owned())
}

/// `wasm-pack` with the matching wasm-bindgen tools (and any other `tools`) on its `PATH`, so that it downloads nothing.
pub(crate) fn wasm_pack(tools: &[PathBuf]) -> Result<Command> {
    wasm_pack_with(&WASM_BINDGEN, tools)
}

fn wasm_pack_with(wasm_bindgen: &Tool, tools: &[PathBuf]) -> Result<Command> {
    wasm_target()?;
    let wasm_pack = WASM_PACK.get()?;
    let wasm_bindgen = wasm_bindgen.get()?;
    let mut command = Command::new(wasm_pack);
    command.env("PATH", path_with(tools.iter().chain([&wasm_bindgen]))?);
    Ok(command)
}

/// `wasm-pack build` of the crate in the folder `package` into the folder `output`, optimised if there is a `wasm-opt`.
pub(crate) fn wasm_pack_build(package: &str, output: &Path) -> Result<Command> {
    let wasm_opt = wasm_opt()?;
    let mut command = wasm_pack_with(&WASM_BINDGEN_UNOPTIMISED, wasm_opt.as_slice())?;
    command
        .args(["build", package, "--mode", "no-install", "--out-dir"])
        .arg(env::current_dir()?.join(output));
    if wasm_opt.is_none() {
        command.arg("--no-opt");
    }
    Ok(command)
}

/// `cargo` with the tool of a subcommand on its `PATH`. A missing tool is installed first.
pub(crate) fn cargo_with(subcommand: &Tool) -> Result<Command> {
    let mut cargo = Command::new("cargo");
    cargo.env("PATH", path_with([&subcommand.get()?])?);
    Ok(cargo)
}

/// A `PATH` on which the folders of these tools come first.
pub(crate) fn path_with<'a>(tools: impl IntoIterator<Item = &'a PathBuf>) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = tools.into_iter().filter_map(|tool| tool.parent());
    let folders = folders.map(Path::to_owned).chain(env::split_paths(&path));
    Ok(env::join_paths(folders)?)
}

/// Finds `wasm-opt` on `PATH`, or installs it with npm. If neither works, prints a line and returns `None`.
pub(crate) fn wasm_opt() -> Result<Option<PathBuf>> {
    if let Some(wasm_opt) = find_on_path("wasm-opt") {
        return Ok(Some(wasm_opt));
    }
    let (Some(npm), Some(_node)) = (find_on_path("npm"), find_on_path("node")) else {
        say("wasm-opt is skipped: there is none on PATH, and no npm to get it with");
        return Ok(None);
    };
    let installation = Installation::new(
        &format!("binaryen-{BINARYEN_VERSION}"),
        "node_modules/.bin/wasm-opt",
    )?;
    let announcement = format!("installing wasm-opt (binaryen {BINARYEN_VERSION}, seconds, once)…");
    let installed = installation.get(announcement, |root| {
        process::run(
            Command::new(npm)
                .args(["install", "--no-audit", "--no-fund", "--loglevel=error"])
                .arg(format!("binaryen@{BINARYEN_VERSION}"))
                .arg("--prefix")
                .arg(root),
        )
    });
    Ok(installed
        .inspect_err(|error| say(format_args!("wasm-opt is skipped: {error:#}")))
        .ok())
}

/// Installs the standard library for wasm32. The toolchain file names it too, but rustup may be set to install nothing
/// automatically.
pub(crate) fn wasm_target() -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let is_there = || {
        let mut rustc = Command::new("rustc");
        let libraries = process::read(rustc.args(["--print", "target-libdir", "--target", TARGET]));
        libraries.is_some_and(|folder| Path::new(&folder).is_dir())
    };
    add_with_rustup("target", TARGET, is_there)
}

/// Installs a component of the toolchain that `cargo <subcommand>` needs.
pub(crate) fn component(name: &str, subcommand: &str) -> Result<()> {
    add_with_rustup("component", name, || {
        process::succeeds(Command::new("cargo").args([subcommand, "--version"]))
    })
}

/// Has rustup install something if it is missing, in one run at a time, since rustup has no lock for it.
fn add_with_rustup(kind: &str, name: &str, is_there: impl Fn() -> bool) -> Result<()> {
    if is_there() {
        return Ok(());
    }
    let _lock = install::lock_named("rustup")?;
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
