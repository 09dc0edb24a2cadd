//! What Debian has packages of.

use std::process::Command;

use anyhow::Result;

use crate::{
    process::{self, say},
    setup::find_on_path,
};

/// Installs packages where that can be done without asking: as root, with apt.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    if packages.is_empty() || !is_root() || find_on_path("apt-get").is_none() {
        return Ok(());
    }
    say(format_args!(
        "installing {} with apt (about 1 minute, once)…",
        packages.join(", ")
    ));
    process::run(apt_get().arg("update"))?;
    process::run(
        apt_get()
            .args(["install", "--yes", "--no-install-recommends"])
            .args(packages),
    )
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command
        .args(["--quiet", "--option", "DPkg::Lock::Timeout=300"])
        .env("DEBIAN_FRONTEND", "noninteractive");
    command
}

#[cfg(unix)]
fn is_root() -> bool {
    nix::unistd::Uid::effective().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
