//! Runs the npm package's tests by Vitest, and checks the format, the lint and the types of all JavaScript.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::{
    browsers::{self, Kind},
    node::{Node, Packages},
    npm, process,
    report::Tally,
    server,
};

const PACKAGES: Packages = Packages {
    what: "Vitest and the tools for JavaScript",
    sources: "npm",
    folder: "npm",
};

/// What the package runs `core` as: WebAssembly, or the JavaScript that takes its place where there is no WebAssembly.
#[derive(Clone, Copy)]
pub(crate) enum Engine {
    WebAssembly,
    JavaScript,
}

/// Installs Vitest and the tools, and the Node.js that runs them.
pub(crate) fn install_packages() -> Result<Node> {
    let node = Node::get()?;
    node.install(&PACKAGES)?;
    Ok(node)
}

/// Runs the tests that need no browser.
pub(crate) fn in_node(engine: Engine, tally: &mut Tally) -> Result<()> {
    tally.count(&mut vitest(engine)?, "Node.js | ")
}

/// Runs the tests for browsers in one browser. Each line of the output begins with the browser's name, since two suites run at
/// the same time.
pub(crate) fn in_browser(kind: Kind, engine: Engine, tally: &mut Tally) -> Result<()> {
    let mut vitest = vitest(engine)?;
    vitest
        .arg("--config=vitest.browser.config.ts")
        .args(["--project", kind.name()])
        .envs(browsers::variables(&Kind::BOTH)?);
    tally.count(&mut vitest, &format!("{} | ", kind.name()))
}

/// Builds the npm package, compares it with other clients, and writes the page of the book that says what was found.
pub(crate) fn compare() -> Result<()> {
    let browser = browsers::variables(&[Kind::Chrome])?;
    npm::build()?;
    let mut vitest = vitest(Engine::WebAssembly)?;
    vitest
        .arg("--config=vitest.comparison.config.ts")
        .envs(browser);
    process::run(&mut vitest)
}

/// Checks that all JavaScript and TypeScript is formatted, without changing it.
pub(crate) fn check_format() -> Result<()> {
    run_tool(
        "prettier/bin/prettier.cjs",
        &["--check", "--log-level=warn", "."],
        Path::new("."),
    )
}

/// Runs the linter with warnings denied.
pub(crate) fn lint() -> Result<()> {
    run_tool(
        "oxlint/bin/oxlint",
        &["--config=npm/.oxlintrc.json", "--deny-warnings", "."],
        Path::new("."),
    )
}

/// Checks the types of the tests.
pub(crate) fn check_types() -> Result<()> {
    run_tool(
        "typescript/bin/tsc",
        &["--project", "tsconfig.json"],
        Path::new(PACKAGES.folder),
    )
}

/// esbuild.
pub(crate) fn esbuild() -> Result<Command> {
    tool_command(&install_packages()?, "esbuild/bin/esbuild")
}

fn run_tool(script: &str, args: &[&str], folder: &Path) -> Result<()> {
    let node = install_packages()?;
    process::run(tool_command(&node, script)?.args(args).current_dir(folder))
}

fn vitest(engine: Engine) -> Result<Command> {
    let node = install_packages()?;
    let mut command = tool_command(&node, "vitest/vitest.mjs")?;
    command
        .arg("run")
        .current_dir(PACKAGES.folder)
        .env(
            "ENGINE",
            match engine {
                Engine::WebAssembly => "",
                Engine::JavaScript => "javascript",
            },
        )
        // Without this variable Vitest would have cargo build the server.
        .env("TEST_SERVER", server::build(server::TEST_SERVER)?);
    Ok(command)
}

/// The command of a tool in `node_modules`.
fn tool_command(node: &Node, script: &str) -> Result<Command> {
    let mut command = Command::new(&node.binary);
    command
        .arg(PACKAGES.modules()?.join(script))
        .env("PATH", &node.path)
        .env("NO_COLOR", "1");
    Ok(command)
}
