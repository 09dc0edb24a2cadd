//! Who does not use a framework gets none, and nobody gets what `deny.toml` does not allow.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{
    apps,
    frameworks::{self, FRAMEWORKS},
    fuzz, process, setup,
};

const CRATE: &str = "typed-eventsource";

/// Looks into what cargo would compile for a user of each crate: a framework comes with its own crate alone.
pub(crate) fn check() -> Result<()> {
    for package in [CRATE, frameworks::SHARED] {
        assert_brings(package, &[])?;
    }
    for framework in FRAMEWORKS {
        assert_brings(&frameworks::package(framework), &[framework])?;
    }
    Ok(())
}

fn assert_brings(package: &str, expected: &[&str]) -> Result<()> {
    let tree = tree(package)?;
    let brought: Vec<_> = FRAMEWORKS
        .into_iter()
        .filter(|framework| names(&tree).any(|name| name == *framework))
        .collect();
    ensure!(brought == expected, "{package} brings {brought:?}:\n{tree}");
    Ok(())
}

/// Looks at licences, duplicates and sources, for which there need be no network. What a framework needs twice is for its
/// users to take, so that its crates are looked at for all but duplicates.
pub(crate) fn deny() -> Result<()> {
    let of_frameworks = frameworks::packages()
        .filter(|package| package != frameworks::SHARED)
        .chain(apps::APPS.map(apps::package))
        .flat_map(|package| ["--exclude".to_owned(), package]);
    let others: Vec<_> = ["--workspace".to_owned()]
        .into_iter()
        .chain(of_frameworks)
        .collect();
    let fuzz = [fuzz::MANIFEST[0].to_owned()];
    deny_of(&["--workspace".to_owned()], &["licenses", "sources"])?;
    deny_of(&others, &["bans"])?;
    deny_of(&fuzz, &["licenses", "bans", "sources"])
}

fn deny_of(packages: &[String], checks: &[&str]) -> Result<()> {
    let mut cargo = setup::cargo_with(&setup::Tool::cargo_deny())?;
    cargo.args(["deny", "--locked"]).args(packages);
    cargo.args(["--config", "deny.toml", "check"]).args(checks);
    // One set of rules is for all.
    for unmet in [
        "license-exception-not-encountered",
        "license-not-encountered",
        "unmatched-skip-root",
    ] {
        cargo.args(["--allow", unmet]);
    }
    process::run(cargo.args(["--deny", "warnings"]))
}

/// One package a line, for every target.
fn tree(package: &str) -> Result<String> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["tree", "--package", package, "--all-features"])
        .args(["--edges", "normal,build"])
        .args(["--target", "all", "--prefix", "none"]);
    process::read(&mut cargo).with_context(|| format!("cargo tells no tree of {package}"))
}

fn names(tree: &str) -> impl Iterator<Item = &str> {
    tree.lines().filter_map(|line| line.split(' ').next())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_package_is_named_at_the_beginning_of_its_line() {
        let tree =
            "typed-eventsource v0.1.0 (/somewhere)\nyew v0.23.0\nyew-macro v0.23.0 (proc-macro)\n";
        let names: Vec<_> = super::names(tree).collect();
        assert_eq!(names, ["typed-eventsource", "yew", "yew-macro"]);
    }
}
