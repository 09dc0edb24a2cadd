//! Packs the npm package, and installs it in small projects that use it.

use std::path::Path;

use anyhow::{Context, Result};
use fs_err as fs;

use crate::{
    files,
    node::{Node, Packages},
    process,
};

const PACKAGES: Packages = Packages {
    what: "bundlers and validators",
    sources: "tests/packaging",
    folder: "target/packaging",
};
const PACKAGE: &str = "typed-eventsource";
const TARBALL: &str = "package.tgz";

/// Installs the bundlers and validators, and the Node.js that runs them.
pub(crate) fn install_packages() -> Result<Node> {
    let node = Node::get()?;
    node.install(&PACKAGES)?;
    Ok(node)
}

/// Copies the projects, and installs the package in `pkg/` for them.
pub(crate) fn install() -> Result<Node> {
    let node = install_packages()?;
    copy_consumers()?;
    pack(&node)?;
    // npm would not replace a package of the same version.
    let installed = PACKAGES.modules()?.join(PACKAGE);
    files::remove(&installed)?;
    process::run(
        node.npm("install")
            .args(["--no-save", "--prefer-offline"])
            .arg(format!("./{TARBALL}"))
            .current_dir(PACKAGES.folder),
    )?;
    Ok(node)
}

/// Copies the projects. What an earlier run has built in them is removed.
fn copy_consumers() -> Result<()> {
    let [from, to] =
        [PACKAGES.sources, PACKAGES.folder].map(|folder| Path::new(folder).join("consumers"));
    files::remove(&to)?;
    Ok(files::copy(&from, &to)?)
}

/// Packs the package as for publishing. npm puts the version into the tarball's name; the tarball is renamed to a name without it.
fn pack(node: &Node) -> Result<()> {
    let folder = Path::new(PACKAGES.folder).join("packed");
    files::remove(&folder)?;
    fs::create_dir_all(&folder)?;
    let destination = fs::canonicalize(&folder)?;
    process::run(
        node.npm("pack")
            .arg("--silent")
            .arg("--pack-destination")
            .arg(destination)
            .current_dir("pkg"),
    )?;
    let tarball = fs::read_dir(&folder)?
        .next()
        .context("npm has packed nothing")??;
    let to = Path::new(PACKAGES.folder).join(TARBALL);
    Ok(fs::rename(tarball.path(), to)?)
}
