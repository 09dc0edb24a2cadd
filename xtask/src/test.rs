//! `cargo xtask test`: every test there is, in every place where it runs; but for those with servers that others wrote,
//! which a machine need not have.

use std::{
    env, fs,
    process::{Command, ExitCode},
    str::FromStr,
};

use anyhow::{Context, Result, bail};

use crate::{
    apps,
    browsers::{self, Browser, Kind},
    frameworks::{self, FRAMEWORKS},
    fuzz, interop, npm, packaging, process,
    report::{Report, Run, Tally},
    server::Server,
    setup, stress, vitest,
};

const CRATE: &str = "typed-eventsource";
const E2E: &str = "typed-eventsource-e2e";
const INTEROP: &str = "typed-eventsource-interop";
const PACKAGING: &str = "typed-eventsource-packaging";

/// Environment variables with which one driver would be taken for another.
const DRIVERS: [&str; 8] = [
    "CHROMEDRIVER",
    "CHROMEDRIVER_REMOTE",
    "GECKODRIVER",
    "GECKODRIVER_REMOTE",
    "SAFARIDRIVER",
    "SAFARIDRIVER_REMOTE",
    "MSEDGEDRIVER",
    "MSEDGEDRIVER_REMOTE",
];

/// A part of the tests that can be run alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
}

impl FromStr for Suite {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self> {
        Ok(match name {
            "native" => Self::Native,
            "chrome" => Self::Chrome,
            "firefox" => Self::Firefox,
            "npm" => Self::Npm,
            "e2e" => Self::E2e,
            "chaos" => Self::Chaos,
            "packaging" => Self::Packaging,
            "interop" => Self::Interop,
            _ => bail!(
                "the suites are native, chrome, firefox, npm, e2e, chaos, packaging and interop"
            ),
        })
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
    let (npm, e2e, packaging) = (
        wants(Suite::Npm),
        wants(Suite::E2e),
        wants(Suite::Packaging),
    );
    let (chaos, interop) = (wants(Suite::Chaos), wants(Suite::Interop));
    let (chrome, firefox) = (wants(Suite::Chrome), wants(Suite::Firefox));
    install_missing(suites).context(
        "the tests cannot start (`cargo xtask test native` runs those that need no browser)",
    )?;

    let mut report = Report::default();
    if wants(Suite::Native) {
        native(&mut report)?;
    }
    if chrome || firefox {
        in_browsers(&mut report, chrome, firefox)?;
    }
    if npm || e2e || chaos || packaging || interop {
        report.step("npm package", |_| npm::build())?;
    }
    if npm {
        of_package(&mut report)?;
    }
    if e2e {
        report.step("example apps", |_| apps::build())?;
        report.step("e2e", end_to_end)?;
    }
    if chaos {
        report.step("chaos", |tally| {
            stress::short_chaos(|line| tally.add_line(line))
        })?;
    }
    if packaging {
        report.step("packaging", in_consumers)?;
    }
    if interop {
        report.step("interop", with_others)?;
    }
    report.print();
    let Tally { passed, failed } = report.tests();
    println!("{passed} passed, {failed} failed");
    Ok(report.exit_code())
}

/// Every tool is there before the first suite starts: suites run at the same time, and none fails late for want of one.
fn install_missing(suites: &[Suite]) -> Result<()> {
    let wants = |names: &[Suite]| names.iter().any(|suite| suites.contains(suite));
    let wants_chrome = wants(&[
        Suite::Chrome,
        Suite::Npm,
        Suite::E2e,
        Suite::Chaos,
        Suite::Packaging,
        Suite::Interop,
    ]);
    let wants_firefox = wants(&[Suite::Firefox, Suite::Npm, Suite::E2e, Suite::Chaos]);
    browsers::install_missing(wants_chrome, wants_firefox)?;
    if wants_chrome {
        browsers::chrome()?;
    }
    if wants_firefox {
        browsers::firefox()?;
    }
    // Each brings Node.js, whose npm brings wasm-opt.
    if wants(&[Suite::Npm]) {
        vitest::install_packages()?;
    }
    if wants(&[Suite::Packaging]) {
        packaging::install_packages()?;
    }
    if wants(&[Suite::Interop]) {
        interop::install_missing()?;
        interop::variables()?;
    }
    let builds_package = [
        Suite::Npm,
        Suite::E2e,
        Suite::Chaos,
        Suite::Packaging,
        Suite::Interop,
    ];
    if wants(&builds_package) {
        setup::wasm_opt()?;
    }
    if wants_chrome || wants_firefox {
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
        count(cargo_test().args(all), tally)
    })?;
    report.step("native, no features", |tally| {
        // Without the doc tests: an example may use any feature.
        let none = ["--package", CRATE, "--no-default-features", "--tests"];
        count(cargo_test().args(none), tally)
    })?;
    report.step("native, seeds of fuzzing", |tally| {
        count(cargo_test().args(fuzz::MANIFEST), tally)
    })
}

fn in_browsers(report: &mut Report, chrome: bool, firefox: bool) -> Result<()> {
    let mut server = None;
    report.step("test server", |_| {
        server = Some(Server::for_tests()?);
        Ok(())
    })?;
    // A browser waits more than it works.
    for tests in browser_tests()?.chunks(2) {
        let mut steps: Vec<(String, Run<'_>)> = Vec::new();
        for test in tests {
            if chrome {
                let run = |tally: &mut Tally| in_chrome(test, tally);
                steps.push((format!("chrome, {}", test.label), Box::new(run)));
            }
            if firefox {
                let run = |tally: &mut Tally| in_firefox(test, tally);
                steps.push((format!("firefox, {}", test.label), Box::new(run)));
            }
        }
        report.steps_at_once(steps)?;
    }
    Ok(())
}

fn in_chrome(test: &BrowserTest, tally: &mut Tally) -> Result<()> {
    let Browser { driver, .. } = browsers::chrome()?;
    let mut command = wasm_pack_test()?;
    command.arg("--chrome").arg("--chromedriver").arg(driver);
    count_as(
        &format!("chrome, {}", test.label),
        command.args(test.cargo_args()),
        tally,
    )
}

fn in_firefox(test: &BrowserTest, tally: &mut Tally) -> Result<()> {
    let Browser { binary, driver } = browsers::firefox()?;
    let mut command = wasm_pack_test()?;
    // Its driver looks for `firefox` only, not for Debian's `firefox-esr`.
    command.env(
        "GECKODRIVER_ARGS",
        format!("--binary '{}'", binary.display()),
    );
    command.arg("--firefox").arg("--geckodriver").arg(driver);
    count_as(
        &format!("firefox, {}", test.label),
        command.args(test.cargo_args()),
        tally,
    )
}

/// A test target that is for browsers.
struct BrowserTest {
    label: String,
    package: String,
    name: String,
}

impl BrowserTest {
    fn cargo_args(&self) -> [&str; 6] {
        [
            "--",
            "--package",
            &self.package,
            "--all-features",
            "--test",
            &self.name,
        ]
    }
}

/// The test targets of the crate, by file name, and those of the frameworks' crates: one run for each, as a failure in one
/// run keeps cargo from starting the next.
fn browser_tests() -> Result<Vec<BrowserTest>> {
    let mut tests = Vec::new();
    for entry in fs::read_dir("tests").context("cannot read tests")? {
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
    report.steps_at_once([Kind::Chrome, Kind::Firefox].map(|kind| {
        let run = move |tally: &mut Tally| vitest::in_browser(kind, tally);
        (format!("npm, {}", kind.name()), Box::new(run) as Run<'_>)
    }))
}

fn end_to_end(tally: &mut Tally) -> Result<()> {
    let mut command = cargo_test();
    command
        .args(["--package", E2E])
        .envs(browsers::variables(None)?);
    count(&mut command, tally)
}

fn in_consumers(tally: &mut Tally) -> Result<()> {
    let node = packaging::install()?;
    let mut command = cargo_test();
    command
        .args(["--package", PACKAGING])
        .env("PATH", node.path)
        .env("WASM_BINDGEN", setup::wasm_bindgen()?)
        .envs(browsers::variables(Some(Kind::Chrome))?);
    count(&mut command, tally)
}

fn with_others(tally: &mut Tally) -> Result<()> {
    let mut command = cargo_test();
    command
        .args(["--package", INTEROP])
        .envs(browsers::variables(Some(Kind::Chrome))?)
        .envs(interop::variables()?);
    count(&mut command, tally)
}

fn cargo_test() -> Command {
    let mut command = Command::new("cargo");
    command.args(["test", "--no-fail-fast"]);
    command
}

fn count(command: &mut Command, tally: &mut Tally) -> Result<()> {
    process::run_watched(command, "", |line| tally.add_line(line))
}

/// Where others run at the same time: each line of the output begins with a name.
fn count_as(name: &str, command: &mut Command, tally: &mut Tally) -> Result<()> {
    process::run_watched(command, &format!("{name} | "), |line| tally.add_line(line))
}
