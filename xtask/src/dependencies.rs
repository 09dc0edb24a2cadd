//! Checks dependencies by the rules of `deny.toml`, also that the crates without hooks depend on no framework.

use anyhow::Result;

use crate::{
    apps,
    frameworks::{self, FRAMEWORKS},
    fuzz, process, setup,
};

/// Runs the checks that need no network: of licences, banned crates, duplicates and sources. A framework may depend on two
/// versions of a crate, so that the crates and apps of frameworks are not checked for duplicates.
pub(crate) fn check() -> Result<()> {
    const OFFLINE_CHECKS: [&str; 3] = ["licenses", "bans", "sources"];
    let all = ["--workspace".to_owned()];
    let without_frameworks = FRAMEWORKS
        .map(frameworks::package)
        .into_iter()
        .chain(apps::APPS.map(apps::package))
        .flat_map(|package| ["--exclude".to_owned(), package]);
    let others: Vec<_> = all.iter().cloned().chain(without_frameworks).collect();
    deny(&all, &OFFLINE_CHECKS, &["duplicate"])?;
    deny(&others, &["bans"], &[])?;
    deny(&[fuzz::MANIFEST[0].to_owned()], &OFFLINE_CHECKS, &[])
}

/// Runs cargo-deny with warnings denied, except the allowed ones.
fn deny(packages: &[String], checks: &[&str], allowed: &[&str]) -> Result<()> {
    let mut cargo = setup::cargo_with(&setup::CARGO_DENY)?;
    cargo.args(["deny", "--locked"]).args(packages);
    cargo.args(["--config", "deny.toml", "check"]).args(checks);
    // All packages share one `deny.toml`, of which each needs only a part.
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
