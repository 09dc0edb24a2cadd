//! The crates as registries have them: unpacked, in a workspace without the rest of the repository.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;
use fs_err as fs;
use toml::Table;

use super::{CRATE, WASM_TARGET, cargo};
use crate::{files, process};

/// Where `cargo package` puts what it has packed.
const PACKED: &str = "target/package";
const FOLDER: &str = "target/release-trial";

/// An app that uses the crate as its README begins.
const APP: &str = r#"use serde::Deserialize;
use typed_eventsource::{Error, EventSource, EventStream, Policy};

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Feed {
    Price { symbol: String, price: f64 },
    Halt(String),
}

pub fn open() -> Result<(EventSource, EventStream<Feed>), Error> {
    let source = EventSource::builder("/prices").policy(Policy::resilient()).open()?;
    let feed = source.events::<Feed>()?;
    Ok((source, feed))
}
"#;

/// The unpacked crates.
#[derive(Debug)]
pub(super) struct Unpacked {
    version: String,
    packages: Vec<String>,
}

impl Unpacked {
    pub(super) fn new(version: &str, packages: Vec<String>) -> Self {
        let version = version.to_owned();
        Self { version, packages }
    }

    /// The folder of each crate.
    fn folders(&self) -> Vec<String> {
        let packages = self.packages.iter();
        let folders = packages.map(|package| format!("{package}-{}", self.version));
        folders.collect()
    }

    /// Writes a workspace of these crates, which use the other ones. With a lock file, the versions are its versions.
    fn write(&self, members: &[String], lock: Option<&str>) -> Result<()> {
        let folder = Path::new(FOLDER);
        files::remove(folder)?;
        fs::create_dir_all(folder)?;
        let mut patches = String::new();
        let mut others = self.folders();
        for (package, unpacked) in self.packages.iter().zip(&others) {
            unpack(unpacked, folder)?;
            without_dev_dependencies(&folder.join(unpacked).join("Cargo.toml"))?;
            patches += &format!("{package} = {{ path = \"{unpacked}\" }}\n");
        }
        others.retain(|other| !members.contains(other));
        let manifest = format!(
            "[workspace]\nresolver = \"3\"\nmembers = {members:?}\nexclude = {others:?}\n\n[patch.crates-io]\n{patches}"
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        if let Some(lock) = lock {
            fs::copy(lock, folder.join("Cargo.lock"))?;
        }
        Ok(())
    }

    /// Compiles the crates with a toolchain, which cargo's argument names, and with the locked dependencies.
    pub(super) fn check(&self, toolchain: &str) -> Result<()> {
        self.write(&self.folders(), Some("Cargo.lock"))?;
        check_workspace(toolchain)
    }

    /// Compiles each crate with the lowest versions that its manifest allows for its dependencies.
    pub(super) fn check_lowest_dependencies(&self, nightly: &str) -> Result<()> {
        for member in self.folders() {
            self.write(&[member], None)?;
            let line = format!("{nightly} update -Z direct-minimal-versions");
            process::run(&mut here(&line))?;
            check_workspace("")?;
        }
        Ok(())
    }

    /// Builds an app that depends on the crates.
    pub(super) fn build_app(&self) -> Result<()> {
        self.write(&["app".to_owned()], None)?;
        let app = Path::new(FOLDER).join("app");
        fs::create_dir_all(app.join("src"))?;
        fs::write(app.join("src/lib.rs"), APP)?;
        fs::write(
            app.join("Cargo.toml"),
            format!(
                "[package]\nname = \"app\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                 serde = {{ version = \"1\", features = [\"derive\"] }}\n{CRATE} = \"{}\"\n",
                self.version
            ),
        )?;
        let line = format!("build --package=app --target={WASM_TARGET}");
        process::run(&mut here(&line))
    }
}

fn check_workspace(toolchain: &str) -> Result<()> {
    let line = format!("{toolchain} check --workspace --all-features --target={WASM_TARGET}");
    process::run(&mut here(&line))
}

/// cargo in the workspace of the unpacked crates.
fn here(arguments: &str) -> Command {
    let mut command = cargo(arguments);
    // What is compiled is kept, although the folder is written again.
    command
        .current_dir(FOLDER)
        .env("CARGO_TARGET_DIR", "../release-build");
    command
}

/// Unpacks a packed crate into a folder.
fn unpack(packed: &str, folder: &Path) -> Result<()> {
    let file: PathBuf = Path::new(PACKED).join(format!("{packed}.crate"));
    let mut tar = Command::new("tar");
    process::run(tar.arg("-xzf").arg(file).arg("-C").arg(folder))
}

/// Removes what only tests need: its lowest versions do not matter to users.
fn without_dev_dependencies(path: &Path) -> Result<()> {
    let mut manifest: Table = fs::read_to_string(path)?.parse()?;
    let name = "dev-dependencies";
    manifest.remove(name);
    let targets = manifest
        .get_mut("target")
        .and_then(|targets| targets.as_table_mut());
    for (_, target) in targets.into_iter().flatten() {
        if let Some(target) = target.as_table_mut() {
            target.remove(name);
        }
    }
    Ok(fs::write(path, manifest.to_string())?)
}
