//! `cargo xtask lint`: rustfmt, clippy and rustdoc, and the tools for JavaScript, with warnings denied.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use fs_err as fs;
use toml::{Table, Value};

use crate::{
    apps::{self, APPS},
    dependencies, frameworks, fuzz, generate, process,
    report::Report,
    setup, vitest,
};

const CRATE: &str = "typed-eventsource";
const NPM: [&str; 2] = ["typed-eventsource-npm", "typed-eventsource-npm-parser"];
const WASM: [&str; 4] = ["--package", CRATE, "--target", "wasm32-unknown-unknown"];

pub(crate) fn lint() -> Result<ExitCode> {
    setup::component("rustfmt", "fmt")?;
    setup::component("clippy", "clippy")?;
    setup::wasm_target()?;
    vitest::install_packages()?;

    let mut report = Report::default();
    report.step("rustfmt", |_| {
        process::run(cargo("fmt").args(["--all", "--check"]))
    })?;
    report.step("rustfmt, fuzz targets", |_| {
        process::run(cargo("fmt").args([fuzz::MANIFEST[0], "--check"]))
    })?;
    report.step("spelling", |_| {
        process::run(&mut Command::new(setup::TYPOS.get()?))
    })?;
    report.step("generated files", |_| generate::check())?;
    report.step("prettier", |_| vitest::check_format())?;
    report.step("oxlint", |_| vitest::lint())?;
    report.step("types, npm tests", |_| vitest::check_types())?;
    report.step("clippy, native", |_| {
        // The package's crates hold files of the crate, whose tests are not for them.
        let all = ["--workspace", "--all-targets", "--all-features"];
        clippy(
            cargo("clippy")
                .args(all)
                .args(NPM.map(|package| format!("--exclude={package}"))),
        )
    })?;
    let features = features()?;
    for (name, features) in feature_sets(&features) {
        report.step(format!("clippy, wasm32, {name}"), |_| {
            clippy(
                cargo("clippy")
                    .args(WASM)
                    .args(["--lib", "--tests"])
                    .args(features),
            )
        })?;
    }
    let frameworks: Vec<_> = frameworks::packages()
        .map(|package| format!("--package={package}"))
        .collect();
    report.step("clippy, wasm32, frameworks", |_| {
        let mut cargo = cargo("clippy");
        cargo.args(&frameworks).args(["--lib", "--tests"]);
        clippy(cargo.arg("--target=wasm32-unknown-unknown"))
    })?;
    report.step("clippy, wasm32, benchmark and stress", |_| {
        clippy(cargo("clippy").args([
            "--package=typed-eventsource-bench",
            "--package=typed-eventsource-sizes",
            "--package=typed-eventsource-stress",
            "--target=wasm32-unknown-unknown",
            "--all-features",
        ]))
    })?;
    for (name, features) in [("live", &[][..]), ("still", &["--no-default-features"])] {
        report.step(format!("clippy, wasm32, example apps, {name}"), |_| {
            let packages = APPS.map(|app| format!("--package={}", apps::package(app)));
            clippy(
                cargo("clippy")
                    .args(packages)
                    .arg("--target=wasm32-unknown-unknown")
                    .args(features),
            )
        })?;
    }
    report.step("dependencies", |_| dependencies::check())?;
    // Alone: what others need of wasm-bindgen brings `std` with it.
    report.step("clippy, wasm32, npm package", |_| {
        let packages = NPM.map(|package| format!("--package={package}"));
        clippy(
            cargo("clippy")
                .args(packages)
                .arg("--target=wasm32-unknown-unknown"),
        )
    })?;
    report.step("clippy, fuzz targets", |_| {
        // Without libFuzzer itself: that takes a C++ compiler.
        let all = ["--features=targets", "--lib", "--bins", "--tests"];
        clippy(cargo("clippy").args(fuzz::MANIFEST).args(all))
    })?;
    report.step("rustdoc, native", |_| {
        rustdoc(cargo("doc").arg("--workspace"))
    })?;
    // As docs.rs builds it.
    report.step("rustdoc, wasm32", |_| {
        rustdoc(cargo("doc").args(WASM).args(&frameworks))
    })?;
    report.print();
    Ok(report.exit_code())
}

fn cargo(subcommand: &str) -> Command {
    let mut command = Command::new("cargo");
    command.arg(subcommand);
    command
}

fn clippy(command: &mut Command) -> Result<()> {
    process::run(command.args(["--", "--deny", "warnings"]))
}

fn rustdoc(command: &mut Command) -> Result<()> {
    process::run(
        command
            .args(["--no-deps", "--all-features"])
            .env("RUSTDOCFLAGS", "--deny warnings"),
    )
}

/// No feature, the default ones, each alone, and all: by name, with cargo's arguments for it.
fn feature_sets(features: &[String]) -> Vec<(String, Vec<String>)> {
    let none = "--no-default-features".to_owned();
    let mut sets = vec![
        ("no feature".to_owned(), vec![none.clone()]),
        ("default features".to_owned(), Vec::new()),
    ];
    for feature in features {
        let only = vec![none.clone(), format!("--features={feature}")];
        sets.push((format!("only {feature}"), only));
    }
    sets.push(("all features".to_owned(), vec!["--all-features".to_owned()]));
    sets
}

/// The crate's features, `default` aside.
fn features() -> Result<Vec<String>> {
    let manifest: Table = fs::read_to_string("Cargo.toml")?.parse()?;
    let features = manifest.get("features").and_then(Value::as_table);
    let features = features.context("Cargo.toml has no features")?.keys();
    Ok(features
        .filter(|name| *name != "default")
        .cloned()
        .collect())
}
