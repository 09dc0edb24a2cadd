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
const WASM: &str = "--target=wasm32-unknown-unknown";

pub(crate) fn lint() -> Result<ExitCode> {
    setup::component("rustfmt", "fmt")?;
    setup::component("clippy", "clippy")?;
    setup::wasm_target()?;
    vitest::install_packages()?;

    let frameworks = packages(frameworks::packages());
    let apps = packages(APPS.map(apps::package));
    let npm = packages(NPM.map(str::to_owned));
    let fuzz = fuzz::MANIFEST.join(" ");

    let mut report = Report::default();
    report.step("rustfmt", |_| process::run(&mut cargo("fmt --all --check")))?;
    report.step("rustfmt, fuzz targets", |_| {
        process::run(cargo("fmt --check").arg(fuzz::MANIFEST[0]))
    })?;
    report.step("spelling", |_| {
        process::run(&mut Command::new(setup::TYPOS.get()?))
    })?;
    report.step("generated files", |_| generate::check())?;
    report.step("prettier", |_| vitest::check_format())?;
    report.step("oxlint", |_| vitest::lint())?;
    report.step("types, npm tests", |_| vitest::check_types())?;
    // The package's crates hold files of the crate, whose tests are not for them.
    let others = npm.replace("--package", "--exclude");
    let native = format!("--workspace --all-targets --all-features {others}");
    clippy(&mut report, "native", &native)?;
    for (name, features) in feature_sets()? {
        let words = format!("--package={CRATE} --lib --tests {WASM} {features}");
        clippy(&mut report, &format!("wasm32, {name}"), &words)?;
    }
    let hooks = format!("{frameworks} --lib --tests {WASM}");
    clippy(&mut report, "wasm32, frameworks", &hooks)?;
    let pages = packages(["bench", "sizes", "stress"].map(|name| format!("{CRATE}-{name}")));
    let pages = format!("{pages} {WASM} --all-features");
    clippy(&mut report, "wasm32, benchmark and stress", &pages)?;
    for (name, features) in [("live", ""), ("still", "--no-default-features")] {
        let words = format!("{apps} {WASM} {features}");
        clippy(
            &mut report,
            &format!("wasm32, example apps, {name}"),
            &words,
        )?;
    }
    report.step("dependencies", |_| dependencies::check())?;
    // Alone: what others need of wasm-bindgen brings `std` with it.
    clippy(&mut report, "wasm32, npm package", &format!("{npm} {WASM}"))?;
    // Without libFuzzer itself: that takes a C++ compiler.
    let fuzz = format!("{fuzz} --features=targets --lib --bins --tests");
    clippy(&mut report, "fuzz targets", &fuzz)?;
    rustdoc(&mut report, "native", "--workspace")?;
    // As docs.rs builds it.
    let docs = format!("--package={CRATE} {WASM} {frameworks}");
    rustdoc(&mut report, "wasm32", &docs)?;
    report.print();
    Ok(report.exit_code())
}

/// cargo with these words of a command line.
fn cargo(words: &str) -> Command {
    let mut command = Command::new("cargo");
    command.args(words.split_whitespace());
    command
}

/// The words that tell cargo to take these packages.
fn packages(names: impl IntoIterator<Item = String>) -> String {
    let words = names.into_iter().map(|name| format!("--package={name}"));
    words.collect::<Vec<_>>().join(" ")
}

fn clippy(report: &mut Report, name: &str, words: &str) -> Result<()> {
    let line = format!("clippy {words} -- --deny warnings");
    report.step(format!("clippy, {name}"), |_| {
        process::run(&mut cargo(&line))
    })
}

fn rustdoc(report: &mut Report, name: &str, words: &str) -> Result<()> {
    let line = format!("doc {words} --no-deps --all-features");
    report.step(format!("rustdoc, {name}"), |_| {
        process::run(cargo(&line).env("RUSTDOCFLAGS", "--deny warnings"))
    })
}

/// No feature, the default ones, all, and each alone: by name, with cargo's words for it.
fn feature_sets() -> Result<Vec<(String, String)>> {
    let mut sets = vec![
        ("no feature".to_owned(), "--no-default-features".to_owned()),
        ("default features".to_owned(), String::new()),
        ("all features".to_owned(), "--all-features".to_owned()),
    ];
    for feature in features()? {
        let words = format!("--no-default-features --features={feature}");
        sets.push((format!("only {feature}"), words));
    }
    Ok(sets)
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
