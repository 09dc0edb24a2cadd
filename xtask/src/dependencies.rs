//! Checks that the dependencies follow the rules of `deny.toml`. One rule is that only the crates with hooks, and the example
//! apps, depend on a framework.

use anyhow::Result;

use crate::{
    apps,
    frameworks::{self, FRAMEWORKS},
    fuzz, process, setup,
};

/// Runs the checks that need no network: of licences, banned crates, duplicates and sources. A framework may depend on two
/// versions of a crate, so the crates and apps of frameworks are not checked for duplicates.
pub(crate) fn check() -> Result<()> {
    const OFFLINE_CHECKS: [&str; 3] = ["licenses", "bans", "sources"];
    let all = ["--workspace".to_owned()];
    let excluded = FRAMEWORKS
        .map(frameworks::package)
        .into_iter()
        .chain(apps::APPS.map(apps::package))
        .flat_map(|package| ["--exclude".to_owned(), package]);
    let without_frameworks: Vec<_> = all.iter().cloned().chain(excluded).collect();
    deny(&all, &OFFLINE_CHECKS, &["duplicate"])?;
    deny(&without_frameworks, &["bans"], &[])?;
    deny(&[fuzz::MANIFEST_PATH.to_owned()], &OFFLINE_CHECKS, &[])
}

/// Runs checks of cargo-deny on packages, with all warnings denied but the allowed ones.
fn deny(packages: &[String], checks: &[&str], allowed: &[&str]) -> Result<()> {
    let mut cargo = setup::cargo_with(&setup::CARGO_DENY)?;
    cargo.args(["deny", "--locked"]).args(packages);
    cargo.args(["--config", "deny.toml", "check"]).args(checks);
    // All packages share one `deny.toml`. Each needs only a part of it, and the other rules would warn that they are unused.
    let unused_rules = [
        "license-exception-not-encountered",
        "license-not-encountered",
        "unmatched-skip-root",
        "unused-wrapper",
    ];
    for code in unused_rules.iter().chain(allowed) {
        cargo.args(["--allow", code]);
    }
    process::run(cargo.args(["--deny", "warnings"]))
}
