//! `cargo xtask test`: runs all tests, natively, in Node.js and in browsers. The suite `interop` runs only by name, since it
//! needs servers of other projects.

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
    display::Display,
    docs,
    frameworks::{self, FRAMEWORKS},
    fuzz, interop,
    lint::{self, CRATE},
    npm, packaging,
    report::{Report, StepFunction, Tally},
    server::Server,
    setup, stress,
    vitest::{self, Engine},
};

const E2E: &str = "typed-eventsource-e2e";
const INTEROP: &str = "typed-eventsource-interop";
const PACKAGING: &str = "typed-eventsource-packaging";

const ALL_FEATURES: &str = "--all-features";
/// The test target that needs the feature `tabs`. The others are built without it: its snippets cannot be loaded by the workers of
/// wasm-bindgen's test runner, which have no modules.
const TABS_TEST: &str = "tabs_in_window";

/// If one of these environment variables is set, wasm-bindgen's test runner uses the driver that it names instead of the given
/// one. Each has a variant that ends in `_REMOTE`.
const DRIVER_VARIABLES: [&str; 4] = [
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
    Webkit,
    Npm,
    E2e,
    Chaos,
    Packaging,
    Interop,
}

impl Suite {
    /// The suites that run when no suite is named.
    const DEFAULT: [Self; 7] = [
        Self::Native,
        Self::Chrome,
        Self::Firefox,
        Self::Npm,
        Self::E2e,
        Self::Chaos,
        Self::Packaging,
    ];

    /// Whether the suite loads the npm package. Each such suite runs in Chromium.
    fn needs_package(self) -> bool {
        !matches!(
            self,
            Self::Native | Self::Chrome | Self::Firefox | Self::Webkit
        )
    }

    fn needs(self, browser: Kind) -> bool {
        match browser {
            Kind::Chrome => self == Self::Chrome || self.needs_package(),
            Kind::Firefox => {
                matches!(self, Self::Firefox | Self::Npm | Self::E2e | Self::Chaos)
            }
            Kind::Webkit => self == Self::Webkit,
        }
    }
}

/// Runs the suites, or the default ones if none is named. The last line says how many tests passed and failed.
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
        native_tests(&mut report)?;
    }
    let mut browsers = Vec::new();
    if wants(Suite::Chrome) {
        browsers.push(Kind::Chrome);
    }
    if wants(Suite::Firefox) {
        browsers.push(Kind::Firefox);
    }
    if wants(Suite::Webkit) {
        browsers.push(Kind::Webkit);
    }
    if !browsers.is_empty() {
        run_in_browsers(&mut report, &browsers)?;
    }
    if needs_package {
        report.step("npm package", |_| npm::build())?;
    }
    if wants(Suite::Npm) {
        npm_tests(&mut report)?;
    }
    if wants(Suite::E2e) {
        report.step("example apps", |_| apps::build())?;
        report.step("book", |_| docs::build())?;
        report.step("e2e", e2e_tests)?;
    }
    if wants(Suite::Chaos) {
        report.step("chaos", stress::short_chaos)?;
    }
    if wants(Suite::Packaging) {
        report.step("packaging", packaging_tests)?;
    }
    if wants(Suite::Interop) {
        report.step("interop", interop_tests)?;
    }
    report.print();
    let Tally { passed, failed } = report.tests();
    println!("{passed} passed, {failed} failed");
    Ok(report.exit_code())
}

/// Installs every tool before the first suite starts, so that no suite fails late for a missing tool.
fn install_missing(suites: &[Suite]) -> Result<()> {
    let mut browsers = Kind::ALL.to_vec();
    browsers.retain(|&kind| suites.iter().any(|suite| suite.needs(kind)));
    browsers::variables(&browsers)?;
    // The suites that need Node.js come first, since they install it with npm, which `wasm_opt` needs.
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
    if suites.contains(&Suite::E2e) {
        setup::MDBOOK.get()?;
    }
    if !browsers.is_empty() {
        setup::wasm_pack(&[])?;
    }
    Ok(())
}

fn native_tests(report: &mut Report) -> Result<()> {
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
        // This leaves out doc tests, since an example may use any feature.
        let none = ["--package", CRATE, "--no-default-features", "--tests"];
        tally.count(cargo_test().args(none), "")
    })?;
    report.step("native, seeds of fuzzing", |tally| {
        tally.count(cargo_test().args(fuzz::WITHOUT_LIBFUZZER), "")
    })
}

fn run_in_browsers(report: &mut Report, browsers: &[Kind]) -> Result<()> {
    let mut server = None;
    report.step("test server", |_| {
        server = Some(Server::for_tests()?);
        Ok(())
    })?;
    // A browser mostly waits, so several can run at the same time.
    for tests in browser_tests()?.chunks(2) {
        let mut steps: Vec<(String, StepFunction<'_>)> = Vec::new();
        for test in tests {
            for &kind in browsers {
                let name = format!("{}, {}", kind.name(), test.label);
                let prefix = format!("{name} | ");
                let run = move |tally: &mut Tally| {
                    let display = kind.display()?;
                    let mut command = test.command(kind)?;
                    command.envs(display.iter().map(Display::variable));
                    tally.count(&mut command, &prefix)
                };
                steps.push((name, Box::new(run)));
            }
        }
        report.parallel_steps(steps)?;
    }
    Ok(())
}

/// A test target that runs in browsers.
struct BrowserTest {
    label: String,
    package: String,
    name: String,
    /// The features, as cargo's argument.
    features: String,
}

impl BrowserTest {
    fn command(&self, kind: Kind) -> Result<Command> {
        let Browser { binary, driver } = kind.find()?;
        let binary = binary.unwrap_or_default();
        let mut command = wasm_pack_test()?;
        match kind {
            Kind::Chrome => command.arg("--chrome").arg("--chromedriver"),
            // geckodriver looks only for `firefox`, not for Debian's `firefox-esr`.
            Kind::Firefox => command
                .env(
                    "GECKODRIVER_ARGS",
                    format!("--binary '{}'", binary.display()),
                )
                .arg("--firefox")
                .arg("--geckodriver"),
            // The runner knows drivers of WebKit by that of Safari.
            Kind::Webkit => command.arg("--safari").arg("--safaridriver"),
        };
        command
            .arg(driver)
            .args(["--", &self.features, "--package", &self.package])
            .args(["--test", &self.name]);
        Ok(command)
    }
}

/// The test targets of the crate and of the frameworks' crates, in the order of their labels. Each runs separately, since cargo
/// starts no further target after a failure.
fn browser_tests() -> Result<Vec<BrowserTest>> {
    let mut features = lint::features()?;
    features.retain(|feature| feature != "tabs");
    let without_tabs = format!("--features={}", features.join(","));
    let mut tests = Vec::new();
    for entry in fs::read_dir("tests")? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "rs") {
            tests.extend(path.file_stem().map(|name| {
                let name = name.to_string_lossy().into_owned();
                let features = match &*name {
                    TABS_TEST => ALL_FEATURES.to_owned(),
                    _ => without_tabs.clone(),
                };
                BrowserTest {
                    label: name.clone(),
                    package: CRATE.to_owned(),
                    name,
                    features,
                }
            }));
        }
    }
    tests.extend(FRAMEWORKS.map(|framework| BrowserTest {
        label: framework.to_owned(),
        package: frameworks::package(framework),
        name: "in_browser".to_owned(),
        features: ALL_FEATURES.to_owned(),
    }));
    tests.sort_by(|test, other| test.label.cmp(&other.label));
    Ok(tests)
}

fn wasm_pack_test() -> Result<Command> {
    let mut command = setup::wasm_pack(&[])?;
    command.args(["test", "--headless", "--mode", "no-install"]);
    // The path is absolute, since the tests of a package run in the package's folder.
    let capabilities = env::current_dir()?.join("webdriver.json");
    command.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities);
    for name in DRIVER_VARIABLES {
        command.env_remove(name);
        command.env_remove(format!("{name}_REMOTE"));
    }
    // These limits, in seconds, only end tests that hang. The default limits are too short for a whole suite on a busy
    // machine.
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

/// Runs the tests of the npm package's JavaScript.
fn npm_tests(report: &mut Report) -> Result<()> {
    report.step("npm, Node.js", |tally| {
        vitest::in_node(Engine::WebAssembly, tally)
    })?;
    // A browser mostly waits, so both can run at the same time.
    report.parallel_steps(Kind::BOTH.map(|kind| {
        let run = move |tally: &mut Tally| vitest::in_browser(kind, Engine::WebAssembly, tally);
        (
            format!("npm, {}", kind.name()),
            Box::new(run) as StepFunction<'_>,
        )
    }))?;
    let in_node = |tally: &mut Tally| vitest::in_node(Engine::JavaScript, tally);
    let in_chrome = |tally: &mut Tally| vitest::in_browser(Kind::Chrome, Engine::JavaScript, tally);
    let runs: [(&str, StepFunction<'_>); 2] = [
        ("Node.js", Box::new(in_node)),
        ("chrome", Box::new(in_chrome)),
    ];
    report
        .parallel_steps(runs.map(|(place, run)| (format!("npm without WebAssembly, {place}"), run)))
}

fn e2e_tests(tally: &mut Tally) -> Result<()> {
    let mut command = cargo_test();
    command
        .args(["--package", E2E])
        .envs(browsers::variables(&Kind::BOTH)?);
    tally.count(&mut command, "")
}

/// Packs the npm package, checks what is packed, and uses it in small projects. The package has to be built.
pub(crate) fn packaging_tests(tally: &mut Tally) -> Result<()> {
    let node = packaging::install()?;
    let mut command = cargo_test();
    command
        .args(["--package", PACKAGING])
        .env("PATH", node.path)
        .env("WASM_BINDGEN", setup::WASM_BINDGEN.get()?)
        .envs(browsers::variables(&[Kind::Chrome])?);
    tally.count(&mut command, "")
}

fn interop_tests(tally: &mut Tally) -> Result<()> {
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
