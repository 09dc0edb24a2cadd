//! `cargo xtask test`: every test there is, in every place where it runs; but for those with servers that others wrote,
//! which a machine need not have.

use std::{
    env,
    process::{Command, ExitCode},
};

use anyhow::{Context, Result};
use clap::ValueEnum;
use fs_err as fs;

use crate::{
    apps,
    browsers::{self, Browser, Kind},
    frameworks::{self, FRAMEWORKS},
    fuzz, interop, npm, packaging,
    report::{Report, Run, Tally},
    server::Server,
    setup, stress, vitest,
};

const CRATE: &str = "typed-eventsource";
const E2E: &str = "typed-eventsource-e2e";
const INTEROP: &str = "typed-eventsource-interop";
const PACKAGING: &str = "typed-eventsource-packaging";

/// For each of these there is also one that ends in `_REMOTE`: with any of them one driver would be taken for another.
const DRIVERS: [&str; 4] = [
    "CHROMEDRIVER",
    "GECKODRIVER",
    "SAFARIDRIVER",
    "MSEDGEDRIVER",
];

/// A part of the tests that can be run alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    Native,
    Chrome,
    Firefox,
    Npm,
    E2e,
    Chaos,
    Packaging,
    Interop,
}

impl Suite {
    /// Those that run when none is named.
    const DEFAULT: [Self; 7] = [
        Self::Native,
        Self::Chrome,
        Self::Firefox,
        Self::Npm,
        Self::E2e,
        Self::Chaos,
        Self::Packaging,
    ];

    /// Whether it tests the npm package. Each that does has Chromium load it.
    fn needs_package(self) -> bool {
        !matches!(self, Self::Native | Self::Chrome | Self::Firefox)
    }

    fn needs(self, browser: Kind) -> bool {
        match browser {
            Kind::Chrome => self == Self::Chrome || self.needs_package(),
            Kind::Firefox => {
                matches!(self, Self::Firefox | Self::Npm | Self::E2e | Self::Chaos)
            }
        }
    }
}

/// Runs the suites, or the default ones when none is named. The last line says how many tests passed and failed.
pub(crate) fn test(suites: &[Suite]) -> Result<ExitCode> {
    let suites = if suites.is_empty() {
        &Suite::DEFAULT
    } else {
        suites
    };
    let wants = |suite| suites.contains(&suite);
    let needs_package = suites.iter().any(|suite| suite.needs_package());
    install_missing(suites).context(
        "the tests cannot start (`cargo xtask test native` runs those that need no browser)",
    )?;

    let mut report = Report::default();
    if wants(Suite::Native) {
        native(&mut report)?;
    }
    let mut browsers = Vec::new();
    if wants(Suite::Chrome) {
        browsers.push(Kind::Chrome);
    }
    if wants(Suite::Firefox) {
        browsers.push(Kind::Firefox);
    }
    if !browsers.is_empty() {
        in_browsers(&mut report, &browsers)?;
    }
    if needs_package {
        report.step("npm package", |_| npm::build())?;
    }
    if wants(Suite::Npm) {
        of_package(&mut report)?;
    }
    if wants(Suite::E2e) {
        report.step("example apps", |_| apps::build())?;
        report.step("e2e", end_to_end)?;
    }
    if wants(Suite::Chaos) {
        report.step("chaos", stress::short_chaos)?;
    }
    if wants(Suite::Packaging) {
        report.step("packaging", in_consumers)?;
    }
    if wants(Suite::Interop) {
        report.step("interop", with_others)?;
    }
    report.print();
    let Tally { passed, failed } = report.tests();
    println!("{passed} passed, {failed} failed");
    Ok(report.exit_code())
}

/// Every tool is there before the first suite starts: suites run at the same time, and none fails late for want of one.
fn install_missing(suites: &[Suite]) -> Result<()> {
    let mut browsers = Kind::BOTH.to_vec();
    browsers.retain(|&kind| suites.iter().any(|suite| suite.needs(kind)));
    browsers::variables(&browsers)?;
    // Each brings Node.js, whose npm brings wasm-opt.
    if suites.contains(&Suite::Npm) {
        vitest::install_packages()?;
    }
    if suites.contains(&Suite::Packaging) {
        packaging::install_packages()?;
    }
    if suites.contains(&Suite::Interop) {
        interop::install_missing()?;
        interop::variables()?;
    }
    if suites.iter().any(|suite| suite.needs_package()) {
        setup::wasm_opt()?;
    }
    if !browsers.is_empty() {
        setup::wasm_pack(&[])?;
    }
    Ok(())
}

fn native(report: &mut Report) -> Result<()> {
    report.step("native", |tally| {
        let all = [
            "--workspace",
            "--exclude",
            E2E,
            "--exclude",
            INTEROP,
            "--exclude",
            PACKAGING,
            "--all-features",
        ];
        tally.count(cargo_test().args(all), "")
    })?;
    report.step("native, no features", |tally| {
        // Without the doc tests: an example may use any feature.
        let none = ["--package", CRATE, "--no-default-features", "--tests"];
        tally.count(cargo_test().args(none), "")
    })?;
    report.step("native, seeds of fuzzing", |tally| {
        tally.count(cargo_test().args(fuzz::MANIFEST), "")
    })
}

fn in_browsers(report: &mut Report, browsers: &[Kind]) -> Result<()> {
    let mut server = None;
    report.step("test server", |_| {
        server = Some(Server::for_tests()?);
        Ok(())
    })?;
    // A browser waits more than it works.
    for tests in browser_tests()?.chunks(2) {
        let mut steps: Vec<(String, Run<'_>)> = Vec::new();
        for test in tests {
            for &kind in browsers {
                let name = format!("{}, {}", kind.name(), test.label);
                let prefix = format!("{name} | ");
                let run = move |tally: &mut Tally| tally.count(&mut test.command(kind)?, &prefix);
                steps.push((name, Box::new(run)));
            }
        }
        report.steps_at_once(steps)?;
    }
    Ok(())
}

/// A test target that is for browsers.
struct BrowserTest {
    label: String,
    package: String,
    name: String,
}

impl BrowserTest {
    fn command(&self, kind: Kind) -> Result<Command> {
        let Browser { binary, driver } = kind.find()?;
        let mut command = wasm_pack_test()?;
        match kind {
            Kind::Chrome => command.arg("--chrome").arg("--chromedriver"),
            // Its driver looks for `firefox` only, not for Debian's `firefox-esr`.
            Kind::Firefox => command
                .env(
                    "GECKODRIVER_ARGS",
                    format!("--binary '{}'", binary.display()),
                )
                .arg("--firefox")
                .arg("--geckodriver"),
        };
        command
            .arg(driver)
            .args(["--", "--all-features", "--package", &self.package])
            .args(["--test", &self.name]);
        Ok(command)
    }
}

/// The test targets of the crate, by file name, and those of the frameworks' crates: one run for each, as a failure in one
/// run keeps cargo from starting the next.
fn browser_tests() -> Result<Vec<BrowserTest>> {
    let mut tests = Vec::new();
    for entry in fs::read_dir("tests")? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "rs") {
            tests.extend(path.file_stem().map(|name| BrowserTest {
                label: name.to_string_lossy().into_owned(),
                package: CRATE.to_owned(),
                name: name.to_string_lossy().into_owned(),
            }));
        }
    }
    tests.extend(FRAMEWORKS.map(|framework| BrowserTest {
        label: framework.to_owned(),
        package: frameworks::package(framework),
        name: "in_browser".to_owned(),
    }));
    tests.sort_by(|test, other| test.label.cmp(&other.label));
    Ok(tests)
}

fn wasm_pack_test() -> Result<Command> {
    let mut command = setup::wasm_pack(&[])?;
    command.args(["test", "--headless", "--mode", "no-install"]);
    // The tests of a package run in its folder.
    let capabilities = env::current_dir()?.join("webdriver.json");
    command.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities);
    for name in DRIVERS {
        command.env_remove(name);
        command.env_remove(format!("{name}_REMOTE"));
    }
    // In seconds, against hangs alone: a busy machine is slow. The runner's own limits are shorter than a whole suite takes.
    for (name, limit) in [
        ("WASM_BINDGEN_TEST_TIMEOUT", "1800"),
        ("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "300"),
    ] {
        if env::var_os(name).is_none() {
            command.env(name, limit);
        }
    }
    Ok(command)
}

/// The tests of the npm package's JavaScript.
fn of_package(report: &mut Report) -> Result<()> {
    report.step("npm, Node.js", vitest::in_node)?;
    // A browser waits more than it works.
    report.steps_at_once(Kind::BOTH.map(|kind| {
        let run = move |tally: &mut Tally| vitest::in_browser(kind, tally);
        (format!("npm, {}", kind.name()), Box::new(run) as Run<'_>)
    }))
}

fn end_to_end(tally: &mut Tally) -> Result<()> {
    let mut command = cargo_test();
    command
        .args(["--package", E2E])
        .envs(browsers::variables(&Kind::BOTH)?);
    tally.count(&mut command, "")
}

fn in_consumers(tally: &mut Tally) -> Result<()> {
    let node = packaging::install()?;
    let mut command = cargo_test();
    command
        .args(["--package", PACKAGING])
        .env("PATH", node.path)
        .env("WASM_BINDGEN", setup::WASM_BINDGEN.get()?)
        .envs(browsers::variables(&[Kind::Chrome])?);
    tally.count(&mut command, "")
}

fn with_others(tally: &mut Tally) -> Result<()> {
    interop::copy_pages()?;
    let mut command = cargo_test();
    command
        .args(["--package", INTEROP])
        .envs(browsers::variables(&[Kind::Chrome])?)
        .envs(interop::variables()?);
    tally.count(&mut command, "")
}

fn cargo_test() -> Command {
    let mut command = Command::new("cargo");
    command.args(["test", "--no-fail-fast"]);
    command
}
