//! Where things are: the programs, and what they serve.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use tokio::{process::Command, sync::OnceCell};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the root is there")
}

/// A path in this crate's folder.
pub(crate) fn interop(path: &str) -> PathBuf {
    root().join("tests/interop").join(path)
}

/// What is built here, and can be built again.
fn target() -> PathBuf {
    let folder = root().join("target/interop");
    fs::create_dir_all(&folder).expect("target can be written");
    folder
}

/// The program that a variable of the environment names.
pub(crate) fn tool(variable: &str) -> Command {
    let path = env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set: use `cargo xtask test interop`"));
    Command::new(path)
}

/// The folder that all servers serve: the pages, and the npm package at `pkg`.
pub(crate) fn www() -> &'static Path {
    static WWW: LazyLock<PathBuf> = LazyLock::new(|| {
        let www = target().join("www");
        let pkg = root().join("pkg");
        assert!(pkg.is_dir(), "there is no pkg/: use `cargo xtask npm`");
        if www.exists() {
            fs::remove_dir_all(&www).expect("what was served can be replaced");
        }
        copy(&interop("pages"), &www).expect("the pages can be copied");
        copy(&pkg, &www.join("pkg")).expect("the package can be copied");
        www
    });
    &WWW
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(|_| ());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Go's server, compiled once in a run. Go's standard library is all that it needs.
pub(crate) async fn go_program() -> Command {
    static BUILT: OnceCell<PathBuf> = OnceCell::const_new();
    let program = BUILT.get_or_init(async || {
        let program = target().join("go-server");
        let build = tool("GO")
            .args(["build", "-o"])
            .arg(&program)
            .current_dir(interop("servers/go"))
            .env("CGO_ENABLED", "0")
            .env("GOPROXY", "off")
            .env("GOTOOLCHAIN", "local")
            .status();
        let status = build.await.expect("go can be run");
        assert!(status.success(), "go build: {status}");
        program
    });
    Command::new(program.await)
}
