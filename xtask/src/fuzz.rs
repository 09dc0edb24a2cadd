//! `cargo xtask fuzz`: one of the targets in `tests/fuzz`, for a while.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use crate::{process, setup};

/// A package that is a workspace of its own, so that nothing else needs what it needs.
pub(crate) const FOLDER: &str = "tests/fuzz";

/// What cargo is told to build of it where libFuzzer is not wanted.
pub(crate) const MANIFEST: [&str; 5] = [
    "--manifest-path=tests/fuzz/Cargo.toml",
    "--no-default-features",
    "--features=json,bytes",
    "--locked",
    "--target-dir=target",
];

/// What is told on the command line.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) target: Option<String>,
    /// One unless told.
    pub(crate) minutes: Option<u64>,
    /// To put what reaches every branch into the seeds, in place of fuzzing.
    pub(crate) minimise: bool,
}

pub(crate) fn fuzz(options: &Options) -> Result<()> {
    let targets = targets()?.join(", ");
    let target = options.target.as_deref();
    let target = target.with_context(|| format!("fuzz which target? There are {targets}"))?;
    ensure!(
        targets.split(", ").any(|known| known == target),
        "no target `{target}`; there are {targets}"
    );
    let corpus = Path::new(FOLDER).join("corpus").join(target);
    let seeds = Path::new(FOLDER).join("seeds").join(target);
    for folder in [&corpus, &seeds] {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    if options.minimise {
        return minimise(target, &corpus, &seeds);
    }
    let seconds = 60 * options.minutes.unwrap_or(1);
    let folders = [corpus, seeds];
    let limits = [format!("-max_total_time={seconds}"), "-timeout=20".into()];
    run(target, &folders, &limits)
}

/// Of all inputs as few and as short ones as reach the same branches.
fn minimise(target: &str, corpus: &Path, seeds: &Path) -> Result<()> {
    let chosen = seeds.with_extension("new");
    fs::create_dir_all(&chosen)?;
    let folders = [chosen.clone(), seeds.to_owned(), corpus.to_owned()];
    // How often a branch is taken does not count.
    run(
        target,
        &folders,
        &["-merge=1".into(), "-use_counters=0".into()],
    )?;
    fs::remove_dir_all(seeds)?;
    Ok(fs::rename(&chosen, seeds)?)
}

fn run(target: &str, folders: &[PathBuf], arguments: &[String]) -> Result<()> {
    let mut cargo = setup::cargo_with(&setup::Tool::cargo_fuzz())?;
    // What instruments the code is unstable. There is no unsafe code for the sanitizers to watch.
    cargo
        .env("RUSTC_BOOTSTRAP", "1")
        .args(["fuzz", "run", "--sanitizer=none", "--fuzz-dir", FOLDER])
        .arg(target)
        .args(folders)
        .args(["--", "-print_final_stats=1"])
        .args(arguments);
    process::run(&mut cargo)
}

/// By the names of their files.
fn targets() -> Result<Vec<String>> {
    let mut targets = Vec::new();
    let folder = Path::new(FOLDER).join("fuzz_targets");
    for entry in fs::read_dir(&folder).context("cannot read the fuzz targets")? {
        let path = entry?.path();
        targets.extend(
            path.file_stem()
                .map(|name| name.to_string_lossy().into_owned()),
        );
    }
    targets.sort();
    Ok(targets)
}
