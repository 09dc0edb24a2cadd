//! The tools that are installed beside the package.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Checks of the package that are one command: a name, the tool, and its arguments.
pub(crate) const RUNS: &[(&str, &str, &[&str])] = &[
    (
        "types, bundler",
        TSC,
        &["-p", "consumers/types/bundler.json"],
    ),
    (
        "types, nodenext",
        TSC,
        &["-p", "consumers/types/nodenext.json"],
    ),
    // The first version whose types of async iterators know the value at the end.
    (
        "types, TypeScript 5.6",
        "typescript-5.6/bin/tsc",
        &["-p", "consumers/types/bundler.json"],
    ),
    ("types, no DOM", TSC, &["-p", "consumers/no-dom"]),
    ("types, Node.js", TSC, &["-p", "consumers/no-dom/node.json"]),
    (
        "types, worker",
        TSC,
        &["-p", "consumers/no-dom/worker.json"],
    ),
    ("types, components", TSC, &["-p", "consumers/components"]),
    ("types, tests", TSC, &["-p", "consumers/vitest"]),
    (
        "publint",
        "publint/src/cli.js",
        &["package.tgz", "--strict"],
    ),
    (
        "are the types wrong",
        "@arethetypeswrong/cli/dist/index.js",
        // The package has only ES modules.
        &["package.tgz", "--profile=esm-only", "--format=ascii"],
    ),
];

pub(crate) const TSC: &str = "typescript/bin/tsc";

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folder with the installed package and its consumers.
pub(crate) fn installed() -> PathBuf {
    let folder = root().join("target/packaging");
    assert!(
        folder.join("node_modules/typed-eventsource").is_dir(),
        "nothing is installed: use `cargo xtask test packaging`"
    );
    folder
}

/// The command that runs a tool of `node_modules` in a folder of [`installed`]: a script by its path, or a program in `.bin`.
pub(crate) fn tool(folder: &str, tool: &str) -> Command {
    let installed = installed();
    let path = installed.join("node_modules").join(tool);
    let mut command = if tool.starts_with(".bin/") {
        Command::new(path)
    } else {
        let mut node = Command::new("node");
        node.arg(path);
        node
    };
    command
        .current_dir(installed.join(folder))
        .env("NO_COLOR", "1")
        .env("NEXT_TELEMETRY_DISABLED", "1")
        .stdin(Stdio::null());
    command
}

/// Runs a tool. If it fails, the error is its output.
pub(crate) fn run(folder: &str, script: &str, args: &[&str]) -> Result<(), String> {
    succeed(tool(folder, script).args(args))
}

/// Runs the tests in a folder of `consumers`.
pub(crate) fn node_tests(folder: &str) -> Result<(), String> {
    let folder = installed().join("consumers").join(folder);
    let files = fs::read_dir(&folder)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| error.to_string())?;
    let tests = files.iter().map(fs::DirEntry::path).filter(|path| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().ends_with(".test.js")
    });
    succeed(Command::new("node").arg("--test").args(tests))
}

/// Runs the tests in `consumers/jest`, which are ES modules.
pub(crate) fn jest_tests() -> Result<(), String> {
    succeed(
        tool("consumers/jest", "jest/bin/jest.js").env("NODE_OPTIONS", "--experimental-vm-modules"),
    )
}

/// Checks the types of the package's, the showcase's and the book's JavaScript, which has them in comments.
pub(crate) fn check_sources() -> Result<(), String> {
    let config = root().join("tests/packaging/sources.json");
    succeed(tool("", TSC).arg("-p").arg(config))
}

/// Runs a command. If it fails, the error is its output.
pub(crate) fn succeed(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(String::from_utf8_lossy(&said).into_owned())
}
