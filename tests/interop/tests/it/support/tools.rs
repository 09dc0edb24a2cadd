//! The paths of the programs, and of the files that they serve.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use tokio::{process::Command, sync::OnceCell};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the root is there")
}

/// A path in this crate's folder.
pub(crate) fn crate_path(path: &str) -> PathBuf {
    root().join("tests/interop").join(path)
}

/// The folder for what the tests build and write.
fn target() -> PathBuf {
    let folder = root().join("target/interop");
    fs::create_dir_all(&folder).expect("target can be written");
    folder
}

/// A folder that is removed when it is dropped.
pub(crate) fn temp_dir() -> TempDir {
    tempfile::tempdir_in(target()).expect("target can be written")
}

/// The program that an environment variable names.
pub(crate) fn tool(variable: &str) -> Command {
    let path = env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set: use `cargo xtask test interop`"));
    Command::new(path)
}

/// The folder that all servers serve: the pages, and the npm package at `pkg`.
pub(crate) fn served_folder() -> PathBuf {
    let www = target().join("www");
    assert!(
        www.join("pkg").is_dir(),
        "there is nothing to serve: use `cargo xtask test interop`"
    );
    www
}

/// The server in Go, compiled once in a run.
pub(crate) async fn go_program() -> Command {
    static PROGRAM: OnceCell<PathBuf> = OnceCell::const_new();
    let compile = async || {
        let program = target().join("go-server");
        let mut build = go();
        build.args(["build", "-o"]).arg(&program);
        output_of(build.current_dir(crate_path("servers/go"))).await;
        program
    };
    Command::new(PROGRAM.get_or_init(compile).await)
}

/// The folder of a self-signed certificate, `cert.pem`, and of its key, `key.pem`. A program that comes with Go makes both once in
/// a run.
pub(crate) async fn certificate() -> &'static Path {
    static FOLDER: OnceCell<PathBuf> = OnceCell::const_new();
    let sign = async || {
        let folder = target().join("certificate");
        fs::create_dir_all(&folder).expect("target can be written");
        let sources = output_of(go().args(["env", "GOROOT"])).await;
        let program = Path::new(sources.trim()).join("src/crypto/tls/generate_cert.go");
        let mut run = go();
        run.arg("run").arg(program);
        run.args(["--host=127.0.0.1", "--ecdsa-curve=P256"]);
        output_of(run.current_dir(&folder)).await;
        folder
    };
    FOLDER.get_or_init(sign).await
}

/// Go, set up so that it uses only its standard library and fetches nothing.
fn go() -> Command {
    let mut go = tool("GO");
    go.env("CGO_ENABLED", "0")
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local");
    go
}

/// Runs a command to its end, and returns what it prints.
async fn output_of(command: &mut Command) -> String {
    let output = command.kill_on_drop(true).output().await;
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {complaint}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
