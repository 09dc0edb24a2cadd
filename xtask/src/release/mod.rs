//! `cargo xtask release`: everything that a release needs but the upload, which `.github/RELEASING.md` describes.

mod manifest;
mod unpacked;

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use clap::Args;
use fs_err as fs;

use crate::{
    frameworks,
    lint::{self, CRATE, cargo},
    npm,
    process::{self, say},
    report::Report,
    setup, test, vitest,
};
use manifest::Docs;
pub(crate) use manifest::Workspace;
use unpacked::Unpacked;

const CORE: &str = "typed-eventsource-core";

const WASM_TARGET: &str = "wasm32-unknown-unknown";
const CHANGELOG: &str = "CHANGELOG.md";

/// The options of `cargo xtask release`.
#[derive(Args)]
pub(crate) struct Options {
    /// Only say what a maintainer still has to fill in, instead of failing
    #[arg(long)]
    dry_run: bool,
}

/// The published crates, each after those that it depends on.
fn packages() -> Vec<String> {
    let hooks = frameworks::HOOKS.to_owned();
    let frameworks = frameworks::FRAMEWORKS.map(frameworks::package);
    let first = [CORE.to_owned(), CRATE.to_owned(), hooks];
    first.into_iter().chain(frameworks).collect()
}

pub(crate) fn release(options: &Options) -> Result<ExitCode> {
    setup::wasm_target()?;
    let workspace = Workspace::read()?;
    let version = &workspace.version;
    let mut notes = Vec::new();
    let mut report = Report::default();

    report.step("what is filled in", |_| {
        let Some(missing) = workspace.missing() else {
            return Ok(());
        };
        ensure!(options.dry_run, "{missing}");
        notes.push(missing);
        Ok(())
    })?;
    report.step("no uncommitted changes", |_| no_uncommitted_changes())?;
    report.step("versions", |_| workspace.check_versions())?;
    report.step("changelog", |_| {
        let changelog = fs::read_to_string(CHANGELOG)?;
        let (heading, _) = changes(&changelog, version)?;
        if heading != version {
            notes.push(format!("{CHANGELOG}: “{heading}” becomes “{version}”"));
        }
        Ok(())
    })?;
    // Registries resolve relative links of the READMEs by the repository.
    report.step("links", |tally| {
        tally.count(&mut cargo("test --package=xtask --test=book"), "")
    })?;
    report.step("semantic versioning", |_| {
        for package in packages() {
            if !is_published(&package) {
                notes.push(format!(
                    "{package}: no version is published to compare with"
                ));
                continue;
            }
            let mut cargo = setup::cargo_with(&setup::CARGO_SEMVER_CHECKS)?;
            process::run(cargo.args(["semver-checks", "--package", &package]))?;
        }
        Ok(())
    })?;
    report.step("pairs of features", |_| check_feature_pairs())?;
    report.step("cargo publish", |_| {
        process::run(cargo("publish --dry-run").args(package_arguments()))?;
        process::run(cargo("package --no-verify").args(package_arguments()))
    })?;
    let unpacked = Unpacked::new(version, packages());
    report.step("the lowest Rust", |_| {
        let toolchain = toolchain(&workspace.rust_version)?;
        unpacked.check(&toolchain)
    })?;
    report.step("the lowest versions of dependencies", |_| {
        unpacked.check_lowest_dependencies(&toolchain("nightly")?)
    })?;
    report.step("a fresh project with the crates", |_| unpacked.build_app())?;
    for package in packages() {
        report.step(format!("docs.rs, {package}"), |_| {
            build_docs(&package, &workspace.docs(&package)?)
        })?;
    }
    vitest::install_packages()?;
    report.step("npm package", |_| npm::build())?;
    // publint, are-the-types-wrong, and fresh projects that install the packed package.
    report.step("npm package, as packed", test::packaging_tests)?;

    report.print();
    for note in notes {
        say(note);
    }
    Ok(report.exit_code())
}

fn package_arguments() -> Vec<String> {
    let flags = packages().into_iter();
    flags.map(|name| format!("--package={name}")).collect()
}

fn no_uncommitted_changes() -> Result<()> {
    let status = process::read(Command::new("git").args(["status", "--porcelain"]));
    let status = status.context("this is no clone of the repository")?;
    ensure!(status.is_empty(), "commit these first:\n{status}");
    Ok(())
}

/// The heading and the text of the changes that a version has: its section, or else that of what is unreleased.
fn changes<'a>(changelog: &'a str, version: &str) -> Result<(&'a str, &'a str)> {
    let sections = changelog.split("\n## ").skip(1);
    let mut sections = sections.filter_map(|section| section.split_once('\n'));
    let is_meant = |&(heading, _): &(&str, &str)| {
        let name = heading.split_whitespace().next();
        name == Some(version) || name == Some("Unreleased")
    };
    let (heading, text) = sections
        .find(is_meant)
        .with_context(|| format!("{CHANGELOG} has no section for {version}"))?;
    let heading = heading.split_whitespace().next().unwrap_or_default();
    ensure!(
        text.lines().any(|line| line.starts_with("- ")),
        "the section {heading} of {CHANGELOG} is empty"
    );
    Ok((heading, text))
}

fn is_published(package: &str) -> bool {
    process::succeeds(cargo("info --registry=crates-io").arg(package))
}

/// Installs a toolchain of rustup with the target of wasm, and returns cargo's argument that chooses it.
fn toolchain(name: &str) -> Result<String> {
    let install = ["toolchain", "install", name, "--profile=minimal"];
    process::run(
        Command::new("rustup")
            .args(install)
            .args(["--target", WASM_TARGET]),
    )?;
    Ok(format!("+{name}"))
}

/// Checks each pair of the crate's features. `cargo xtask lint` checks each alone, none, and all.
fn check_feature_pairs() -> Result<()> {
    let features = lint::features()?;
    for (index, first) in features.iter().enumerate() {
        for second in &features[index + 1..] {
            let line =
                format!("check --package={CRATE} --target={WASM_TARGET} --no-default-features");
            process::run(cargo(&line).arg(format!("--features={first},{second}")))?;
        }
    }
    Ok(())
}

/// Builds a crate's documentation as docs.rs does.
fn build_docs(package: &str, docs: &Docs) -> Result<()> {
    let nightly = toolchain("nightly")?;
    let line = format!("{nightly} doc --no-deps --target-dir=target/docs-rs --package={package}");
    let mut command = cargo(&line);
    if !docs.features.is_empty() {
        command.arg(format!("--features={}", docs.features.join(",")));
    }
    if let Some(target) = &docs.target {
        command.args(["--target", target]);
    }
    process::run(command.env("RUSTDOCFLAGS", "--cfg docsrs --deny warnings"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGES: &str =
        "# Changelog\n\n## Unreleased\n\n- New\n\n## 0.1.0 (2026-01-01)\n\n- Old\n";

    #[test]
    fn what_is_unreleased_becomes_the_next_version() -> Result<()> {
        let (heading, text) = changes(CHANGES, "0.2.0")?;
        assert_eq!((heading, text.trim()), ("Unreleased", "- New"));
        Ok(())
    }

    #[test]
    fn a_version_without_changes_is_not_released() {
        let empty = CHANGES.replace("- New\n", "");
        assert!(changes(&empty, "0.2.0").is_err());
        assert!(changes("# Changelog\n", "0.2.0").is_err());
    }

    #[test]
    fn a_crate_is_published_after_those_that_it_depends_on() {
        let packages = packages();
        let place = |name| packages.iter().position(|package| package == name);
        assert!(place(CORE) < place(CRATE));
        assert!(place(CRATE) < place(frameworks::HOOKS));
        assert_eq!(packages.len(), 5);
    }
}
