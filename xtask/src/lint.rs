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

/// The crate of this repository that the others are built around.
pub(crate) const CRATE: &str = "typed-eventsource";
const NPM_CRATES: [&str; 2] = ["typed-eventsource-npm", "typed-eventsource-npm-parser"];
const WASM_TARGET: &str = "--target=wasm32-unknown-unknown";

pub(crate) fn lint() -> Result<ExitCode> {
    setup::component("rustfmt", "fmt")?;
    setup::component("clippy", "clippy")?;
    setup::wasm_target()?;
    vitest::install_packages()?;

    let frameworks = package_arguments(frameworks::packages());
    let apps = package_arguments(APPS.map(apps::package));
    let npm = package_arguments(NPM_CRATES.map(str::to_owned));
    let fuzz = fuzz::WITHOUT_LIBFUZZER.join(" ");

    let mut report = Report::default();
    report.step("rustfmt", |_| process::run(&mut cargo("fmt --all --check")))?;
    report.step("rustfmt, fuzz targets", |_| {
        process::run(cargo("fmt --check").arg(fuzz::MANIFEST_PATH))
    })?;
    report.step("spelling", |_| {
        process::run(&mut Command::new(setup::TYPOS.get()?))
    })?;
    report.step("generated files", |_| generate::check())?;
    report.step("prettier", |_| vitest::check_format())?;
    report.step("oxlint", |_| vitest::lint())?;
    report.step("types, npm tests", |_| vitest::check_types())?;
    // The crates of the npm package include files of the main crate, whose tests do not compile in them.
    let without_npm = npm.replace("--package", "--exclude");
    let native = format!("--workspace --all-targets --all-features {without_npm}");
    clippy(&mut report, "native", &native)?;
    for (name, features) in feature_sets()? {
        let arguments = format!("--package={CRATE} --lib --tests {WASM_TARGET} {features}");
        clippy(&mut report, &format!("wasm32, {name}"), &arguments)?;
    }
    let hooks = format!("{frameworks} --lib --tests {WASM_TARGET}");
    clippy(&mut report, "wasm32, frameworks", &hooks)?;
    let pages =
        package_arguments(["bench", "sizes", "stress"].map(|name| format!("{CRATE}-{name}")));
    let pages = format!("{pages} {WASM_TARGET} --all-features");
    clippy(&mut report, "wasm32, benchmark and stress", &pages)?;
    for (name, features) in [("live", ""), ("still", "--no-default-features")] {
        let arguments = format!("{apps} {WASM_TARGET} {features}");
        clippy(
            &mut report,
            &format!("wasm32, example apps, {name}"),
            &arguments,
        )?;
    }
    report.step("dependencies", |_| dependencies::check())?;
    // The npm package is checked alone, since the features of wasm-bindgen that other crates need would add `std`.
    clippy(
        &mut report,
        "wasm32, npm package",
        &format!("{npm} {WASM_TARGET}"),
    )?;
    let without_simd = format!("--package={CRATE}-npm --no-default-features {WASM_TARGET}");
    clippy(&mut report, "wasm32, npm without SIMD", &without_simd)?;
    // The fuzz targets are checked without libFuzzer, which needs a C++ compiler.
    let fuzz = format!("{fuzz} --features=targets --lib --bins --tests");
    clippy(&mut report, "fuzz targets", &fuzz)?;
    rustdoc(&mut report, "native", "--workspace")?;
    // These are the crates that docs.rs builds for wasm.
    let docs = format!("--package={CRATE} {WASM_TARGET} {frameworks}");
    rustdoc(&mut report, "wasm32", &docs)?;
    report.print();
    Ok(report.exit_code())
}

/// cargo with these arguments, separated by spaces.
pub(crate) fn cargo(arguments: &str) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments.split_whitespace());
    command
}

/// cargo's arguments that choose these packages.
fn package_arguments(names: impl IntoIterator<Item = String>) -> String {
    let arguments = names.into_iter().map(|name| format!("--package={name}"));
    arguments.collect::<Vec<_>>().join(" ")
}

fn clippy(report: &mut Report, name: &str, arguments: &str) -> Result<()> {
    let line = format!("clippy {arguments} -- --deny warnings");
    report.step(format!("clippy, {name}"), |_| {
        process::run(&mut cargo(&line))
    })
}

fn rustdoc(report: &mut Report, name: &str, arguments: &str) -> Result<()> {
    let line = format!("doc {arguments} --no-deps --all-features");
    report.step(format!("rustdoc, {name}"), |_| {
        process::run(cargo(&line).env("RUSTDOCFLAGS", "--deny warnings"))
    })
}

/// The sets of features to check: none, the default ones, all, and each feature alone. A set is a name and cargo's arguments.
fn feature_sets() -> Result<Vec<(String, String)>> {
    let mut sets = vec![
        ("no feature".to_owned(), "--no-default-features".to_owned()),
        ("default features".to_owned(), String::new()),
        ("all features".to_owned(), "--all-features".to_owned()),
    ];
    for feature in features()? {
        let arguments = format!("--no-default-features --features={feature}");
        sets.push((format!("only {feature}"), arguments));
    }
    Ok(sets)
}

/// The crate's features except `default`.
pub(crate) fn features() -> Result<Vec<String>> {
    let manifest: Table = fs::read_to_string("Cargo.toml")?.parse()?;
    let features = manifest.get("features").and_then(Value::as_table);
    let features = features.context("Cargo.toml has no features")?.keys();
    Ok(features
        .filter(|name| *name != "default")
        .cloned()
        .collect())
}
