//! Who has not asked for a framework gets none, and nobody gets what `deny.toml` does not allow.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{fuzz, process, setup};

const CRATE: &str = "typed-eventsource";
/// Each is a feature, and the name of what that brings.
const FRAMEWORKS: [&str; 2] = ["leptos", "yew"];

/// Looks into what cargo would compile for a user of the crate with these features.
pub(crate) fn check(features: &[String]) -> Result<()> {
    let plain: Vec<_> = features
        .iter()
        .map(String::as_str)
        .filter(|feature| !FRAMEWORKS.contains(feature))
        .collect();
    let plain = tree(&plain.join(","))?;
    for framework in FRAMEWORKS {
        ensure!(
            !names(&plain).any(|name| name == framework),
            "without its feature the crate brings {framework}:\n{plain}"
        );
        let own = tree(framework)?;
        let brought: Vec<_> = FRAMEWORKS
            .into_iter()
            .filter(|other| names(&own).any(|name| name == *other))
            .collect();
        ensure!(
            brought == [framework],
            "the feature `{framework}` brings {brought:?}:\n{own}"
        );
    }
    Ok(())
}

/// Looks at licences, duplicates and sources, for which there need be no network.
pub(crate) fn deny() -> Result<()> {
    let deny = setup::Tool::cargo_deny();
    for workspace in [&["--workspace"][..], &fuzz::MANIFEST[..1]] {
        let mut cargo = setup::cargo_with(&deny)?;
        cargo.args(["deny", "--locked"]).args(workspace).args([
            "--config",
            "deny.toml",
            "check",
            "licenses",
            "bans",
            "sources",
        ]);
        // One set of rules is for both.
        for unmet in [
            "license-exception-not-encountered",
            "license-not-encountered",
            "unmatched-skip-root",
        ] {
            cargo.args(["--allow", unmet]);
        }
        process::run(cargo.args(["--deny", "warnings"]))?;
    }
    Ok(())
}

/// One package a line, for every target.
fn tree(features: &str) -> Result<String> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["tree", "--package", CRATE, "--no-default-features"])
        .args(["--features", features, "--edges", "normal,build"])
        .args(["--target", "all", "--prefix", "none"]);
    process::read(&mut cargo).with_context(|| format!("cargo tells no tree of {features}"))
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
