//! The npm package's own tests, by Vitest, and what else is written in JavaScript: its format, its lint and its types.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::{
    browsers::{self, Kind},
    node::{Node, Packages},
    process,
    report::Tally,
    server,
};

const PACKAGES: Packages = Packages {
    what: "Vitest and the tools for JavaScript",
    sources: "npm",
    folder: "npm",
};

/// Installs Vitest and the tools, with the Node.js that is to run them.
pub(crate) fn install_packages() -> Result<Node> {
    let node = Node::get()?;
    node.install(&PACKAGES)?;
    Ok(node)
}

/// Runs the tests that need no browser.
pub(crate) fn in_node(tally: &mut Tally) -> Result<()> {
    tally.count(&mut vitest()?, "")
}

/// Runs the others in one browser. Where both run at the same time, each line of the output begins with its name.
pub(crate) fn in_browser(kind: Kind, tally: &mut Tally) -> Result<()> {
    let mut vitest = vitest()?;
    vitest
        .arg("--config=vitest.browser.config.ts")
        .args(["--project", kind.name()])
        .envs(browsers::variables(&Kind::BOTH)?);
    tally.count(&mut vitest, &format!("{} | ", kind.name()))
}

/// Checks that all JavaScript and TypeScript is formatted, without changing it.
pub(crate) fn check_format() -> Result<()> {
    tool(
        "prettier/bin/prettier.cjs",
        &["--check", "--log-level=warn", "."],
        Path::new("."),
    )
}

/// Runs the linter, no warning of which passes.
pub(crate) fn lint() -> Result<()> {
    tool(
        "oxlint/bin/oxlint",
        &["--config=npm/.oxlintrc.json", "--deny-warnings", "."],
        Path::new("."),
    )
}

/// Checks the types of the tests.
pub(crate) fn check_types() -> Result<()> {
    tool(
        "typescript/bin/tsc",
        &["--project", "tsconfig.json"],
        Path::new(PACKAGES.folder),
    )
}

fn tool(script: &str, args: &[&str], folder: &Path) -> Result<()> {
    let node = install_packages()?;
    process::run(command(&node, script)?.args(args).current_dir(folder))
}

fn vitest() -> Result<Command> {
    let node = install_packages()?;
    let mut command = command(&node, "vitest/vitest.mjs")?;
    command
        .arg("run")
        .current_dir(PACKAGES.folder)
        // Vitest would have cargo build it.
        .env("TEST_SERVER", server::build(server::TESTS)?);
    Ok(command)
}

/// A tool of those in `node_modules`.
fn command(node: &Node, script: &str) -> Result<Command> {
    let mut command = Command::new(&node.binary);
    command
        .arg(PACKAGES.modules()?.join(script))
        .env("PATH", &node.path)
        .env("NO_COLOR", "1");
    Ok(command)
}
