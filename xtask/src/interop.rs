//! Installs what the suite `interop` runs: servers and clients of other projects, from Debian and from PyPI.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use fs_err as fs;

use crate::{apt, files, install::Installation, node::Node, process, setup::find_on_path};

/// The paths where systems install the module nchan of nginx.
const NCHAN_PATHS: [&str; 3] = [
    "/usr/lib/nginx/modules/ngx_nchan_module.so",
    "/usr/lib64/nginx/modules/ngx_nchan_module.so",
    "/usr/share/nginx/modules/ngx_nchan_module.so",
];

/// A program whose path the tests find in an environment variable.
struct Program {
    variable: &'static str,
    packages: &'static [&'static str],
    find: fn() -> Option<PathBuf>,
    /// The service that Debian would start at the next boot.
    service: Option<&'static str>,
}

static PROGRAMS: [Program; 5] = [
    Program {
        variable: "GO",
        packages: &["golang-go"],
        find: || find_on_path("go"),
        service: None,
    },
    Program {
        variable: "NGINX",
        packages: &["nginx"],
        find: || find_daemon("nginx"),
        service: Some("nginx"),
    },
    Program {
        variable: "NCHAN",
        packages: &["libnginx-mod-nchan"],
        find: || {
            NCHAN_PATHS
                .iter()
                .map(PathBuf::from)
                .find(|path| path.is_file())
        },
        service: None,
    },
    Program {
        variable: "REDIS_SERVER",
        packages: &["redis-server"],
        find: || find_daemon("redis-server"),
        service: Some("redis-server"),
    },
    Program {
        variable: "CURL",
        packages: &["curl"],
        find: || find_on_path("curl"),
        service: None,
    },
];

/// The Python that makes the virtual environments.
static PYTHON: Program = Program {
    variable: "PYTHON",
    packages: &["python3", "python3-venv"],
    find: || find_on_path("python3").filter(|python| can_make_environments(python)),
    service: None,
};

/// The virtual environments with packages from PyPI: for each, the variable that tells the path of its Python, and the file that
/// lists its packages. There are two, since two of the packages have a module of the same name.
const ENVIRONMENTS: [(&str, &str); 2] = [
    ("PYTHON", "tests/interop/python/requirements.txt"),
    (
        "PYTHON_SSECLIENT_PY",
        "tests/interop/python/sseclient-py.txt",
    ),
];

/// Installs missing programs if xtask runs as root and finds apt.
pub(crate) fn install_missing() -> Result<()> {
    let missing: Vec<_> = missing().collect();
    apt::install(&packages_of(&missing))?;
    for service in missing.iter().filter_map(|program| program.service) {
        apt::disable(service)?;
    }
    Ok(())
}

/// Copies the pages and the npm package in `pkg/` to the folder that all servers serve.
pub(crate) fn copy_pages() -> Result<()> {
    let www = Path::new("target/interop/www");
    files::remove(www)?;
    files::copy(Path::new("tests/interop/pages"), www)?;
    Ok(files::copy(Path::new("pkg"), &www.join("pkg"))?)
}

/// The environment variables that tell the tests the paths of the programs.
pub(crate) fn variables() -> Result<Vec<(&'static str, PathBuf)>> {
    let missing = packages_of(&missing().collect::<Vec<_>>()).join(" ");
    ensure!(
        missing.is_empty(),
        "servers and clients are missing: install them (Debian: apt-get install {missing})"
    );
    let mut variables = vec![("NODE", Node::get()?.binary)];
    for program in &PROGRAMS {
        variables.extend((program.find)().map(|path| (program.variable, path)));
    }
    let python = (PYTHON.find)().context("no python3 on PATH")?;
    for (variable, requirements) in ENVIRONMENTS {
        variables.push((
            variable,
            python_of_environment(&python, Path::new(requirements))?,
        ));
    }
    Ok(variables)
}

fn missing() -> impl Iterator<Item = &'static Program> {
    let all = PROGRAMS.iter().chain([&PYTHON]);
    all.filter(|program| (program.find)().is_none())
}

fn packages_of(programs: &[&Program]) -> Vec<&'static str> {
    let packages = programs.iter().flat_map(|program| program.packages);
    packages.copied().collect()
}

/// Finds a daemon, also if `/usr/sbin` is not on the user's `PATH`.
fn find_daemon(name: &str) -> Option<PathBuf> {
    let in_sbin = Path::new("/usr/sbin").join(name);
    find_on_path(name).or_else(|| in_sbin.is_file().then_some(in_sbin))
}

/// Whether a Python can make virtual environments. Debian keeps the modules for that in a separate package.
fn can_make_environments(python: &Path) -> bool {
    process::succeeds(Command::new(python).args(["-c", "import venv, ensurepip"]))
}

/// Returns the Python of a virtual environment with these packages. Another version of Python or other packages make another
/// environment.
fn python_of_environment(python: &Path, requirements: &Path) -> Result<PathBuf> {
    let packages = fs::read_to_string(requirements)?;
    let version = process::read(Command::new(python).arg("--version"));
    let mut key = DefaultHasher::new();
    (packages, version).hash(&mut key);
    let product = Path::new("bin/python");
    let installation = Installation::new(&format!("python-{:016x}", key.finish()), product)?;
    let announcement = format!(
        "installing {} with pip (seconds, once)…",
        requirements.display()
    );
    installation.get(announcement, |root| {
        process::run(Command::new(python).args(["-m", "venv"]).arg(root))?;
        process::run(
            Command::new(root.join(product))
                .args(["-m", "pip", "install", "--quiet"])
                .args(["--disable-pip-version-check", "--requirement"])
                .arg(requirements),
        )
    })
}
