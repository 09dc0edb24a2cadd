//! Servers and clients that others wrote: their languages, and what they need from PyPI.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use fs_err as fs;

use crate::{apt, files, install::Installation, node::Node, process, setup::find_on_path};

/// Where Debian and others keep the module of nginx.
const NCHAN: [&str; 3] = [
    "/usr/lib/nginx/modules/ngx_nchan_module.so",
    "/usr/lib64/nginx/modules/ngx_nchan_module.so",
    "/usr/share/nginx/modules/ngx_nchan_module.so",
];

/// A program that the tests are told of by a variable of the environment.
struct Program {
    variable: &'static str,
    packages: &'static [&'static str],
    find: fn() -> Option<PathBuf>,
    /// What Debian would start from the next boot on.
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
        find: || NCHAN.iter().map(PathBuf::from).find(|path| path.is_file()),
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

/// The Python that environments are made with.
static PYTHON: Program = Program {
    variable: "PYTHON",
    packages: &["python3", "python3-venv"],
    find: || find_on_path("python3").filter(|python| makes_environments(python)),
    service: None,
};

/// Packages of PyPI in a separate environment, by the variable that names its Python. Two of them call their
/// module the same.
const ENVIRONMENTS: [(&str, &str); 2] = [
    ("PYTHON", "tests/interop/python/requirements.txt"),
    (
        "PYTHON_SSECLIENT_PY",
        "tests/interop/python/sseclient-py.txt",
    ),
];

/// Installs what is missing, where that can be done without asking: as root, with apt.
pub(crate) fn install_missing() -> Result<()> {
    let missing: Vec<_> = missing().collect();
    apt::install(&packages_of(&missing))?;
    for service in missing.iter().filter_map(|program| program.service) {
        apt::disable(service)?;
    }
    Ok(())
}

/// Puts the pages where all servers serve them from, with the package that lies in `pkg/`.
pub(crate) fn copy_pages() -> Result<()> {
    let www = Path::new("target/interop/www");
    files::remove(www)?;
    files::copy(Path::new("tests/interop/pages"), www)?;
    Ok(files::copy(Path::new("pkg"), &www.join("pkg"))?)
}

/// The variables that tell the tests what to run.
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
        variables.push((variable, environment(&python, Path::new(requirements))?));
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

/// Daemons are not on the PATH of everybody.
fn find_daemon(name: &str) -> Option<PathBuf> {
    let beside = Path::new("/usr/sbin").join(name);
    find_on_path(name).or_else(|| beside.is_file().then_some(beside))
}

/// Debian has what it takes in a separate package.
fn makes_environments(python: &Path) -> bool {
    process::succeeds(Command::new(python).args(["-c", "import venv, ensurepip"]))
}

/// The Python of a virtual environment with these packages, made once for each version of it and of them.
fn environment(python: &Path, requirements: &Path) -> Result<PathBuf> {
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
