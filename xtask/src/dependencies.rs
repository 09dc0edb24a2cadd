//! Who does not use a framework gets none, and nobody gets what `deny.toml` does not allow.

use anyhow::Result;

use crate::{
    apps,
    frameworks::{self, FRAMEWORKS},
    fuzz, process, setup,
};

/// Looks at licences, duplicates, sources and frameworks, for which there need be no network. What a framework needs twice
/// is for its users to take, so that its crates are looked at for all but duplicates.
pub(crate) fn check() -> Result<()> {
    let all = ["--workspace".to_owned()];
    let of_frameworks = FRAMEWORKS
        .map(frameworks::package)
        .into_iter()
        .chain(apps::APPS.map(apps::package))
        .flat_map(|package| ["--exclude".to_owned(), package]);
    let others: Vec<_> = all.iter().cloned().chain(of_frameworks).collect();
    let every_check = ["licenses", "bans", "sources"];
    deny(&all, &every_check, &["duplicate"])?;
    deny(&others, &["bans"], &[])?;
    deny(&[fuzz::MANIFEST[0].to_owned()], &every_check, &[])
}

fn deny(packages: &[String], checks: &[&str], allowed: &[&str]) -> Result<()> {
    let mut cargo = setup::cargo_with(&setup::CARGO_DENY)?;
    cargo.args(["deny", "--locked"]).args(packages);
    cargo.args(["--config", "deny.toml", "check"]).args(checks);
    // One set of rules is for all.
    let unmet = [
        "license-exception-not-encountered",
        "license-not-encountered",
        "unmatched-skip-root",
        "unused-wrapper",
    ];
    for code in unmet.iter().chain(allowed) {
        cargo.args(["--allow", code]);
    }
    process::run(cargo.args(["--deny", "warnings"]))
}
