//! Installs Debian packages.

use std::{fs, io, path::Path, process::Command};

use anyhow::{Context, Result};

use crate::{
    install,
    process::{self, say},
    setup::find_on_path,
};

/// The script that Debian asks whether a package may start its service when it is installed.
const SERVICE_POLICY: &str = "/usr/sbin/policy-rc.d";
/// A policy that allows no services: only the tests start servers, on free ports.
const NO_SERVICES: &str = "#!/bin/sh\nexit 101\n";

/// Installs packages if xtask runs as root and finds apt. No service is started.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    if packages.is_empty() || !is_root() || find_on_path("apt-get").is_none() {
        return Ok(());
    }
    say(format_args!(
        "installing {} with apt (about 1 minute, once)…",
        packages.join(", ")
    ));
    let _lock = install::lock_named("apt")?;
    let _policy = ServicePolicy::no_services()?;
    process::run(apt_get().arg("update"))?;
    process::run(
        apt_get()
            .args(["install", "--yes", "--no-install-recommends"])
            .args(packages),
    )
}

/// Keeps the system from starting a service of an installed package at the next boot, if xtask runs as root.
pub(crate) fn disable(service: &str) -> Result<()> {
    let Some(update_rc_d) = find_on_path("update-rc.d").filter(|_| is_root()) else {
        return Ok(());
    };
    process::run(Command::new(update_rc_d).args([service, "disable"]))
}

/// While this exists, packages that are installed start no services. A policy that the system has already stays as it is.
struct ServicePolicy {
    is_ours: bool,
}

impl ServicePolicy {
    fn no_services() -> Result<Self> {
        let policy = Path::new(SERVICE_POLICY);
        if policy.exists() {
            return Ok(Self { is_ours: false });
        }
        let written = Self { is_ours: true };
        fs::write(policy, NO_SERVICES)
            .and_then(|()| make_executable(policy))
            .with_context(|| format!("cannot write {SERVICE_POLICY}"))?;
        Ok(written)
    }
}

impl Drop for ServicePolicy {
    fn drop(&mut self) {
        if self.is_ours {
            // An error means that the file could not be written before.
            let _ = fs::remove_file(SERVICE_POLICY);
        }
    }
}

#[cfg(unix)]
fn make_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
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
