//! `cargo xtask fuzz`: runs one of the fuzz targets in `tests/fuzz` for some minutes.

use std::{
    path::{Path, PathBuf},
    slice,
};

use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use fs_err as fs;

use crate::{files, process, setup};

/// The package of the fuzz targets. It is a separate workspace, so that the main one does not get its dependencies.
pub(crate) const FOLDER: &str = "tests/fuzz";

/// cargo's argument that chooses the package.
pub(crate) const MANIFEST_PATH: &str = "--manifest-path=tests/fuzz/Cargo.toml";

/// cargo's arguments to build the package without libFuzzer.
pub(crate) const WITHOUT_LIBFUZZER: [&str; 5] = [
    MANIFEST_PATH,
    "--no-default-features",
    "--features=json,bytes",
    "--locked",
    "--target-dir=target",
];

/// The options of `fuzz`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// One of parser, records, payloads, variants, policy
    #[arg(value_name = "target")]
    target: String,
    /// How many minutes to run
    #[arg(long, default_value_t = 1)]
    minutes: u64,
    /// Instead of fuzzing, replace the target's seeds, which the native tests replay, by the inputs that reach every branch
    #[arg(long)]
    minimise: bool,
}

pub(crate) fn fuzz(options: &Options) -> Result<()> {
    let targets = targets()?.join(", ");
    let target = options.target.as_str();
    ensure!(
        targets.split(", ").any(|known| known == target),
        "no target `{target}`; there are {targets}"
    );
    let corpus = Path::new(FOLDER).join("corpus").join(target);
    fs::create_dir_all(&corpus)?;
    let seeds = Seeds::of(target);
    let folders = [corpus, seeds.unpack()?];
    if options.minimise {
        return minimise(target, &folders, &seeds);
    }
    let seconds = 60 * options.minutes;
    run(
        target,
        &folders,
        &[format!("-max_total_time={seconds}"), "-timeout=20".into()],
    )
}

/// Replaces the seeds by the fewest and shortest inputs that reach the same branches.
fn minimise(target: &str, folders: &[PathBuf], seeds: &Seeds) -> Result<()> {
    let chosen = seeds.empty_folder("chosen")?;
    let folders = [slice::from_ref(&chosen), folders].concat();
    // Without counters libFuzzer ignores how often a branch is taken.
    let merge = ["-merge=1".into(), "-use_counters=0".into()];
    run(target, &folders, &merge)?;
    seeds.pack(&chosen)
}

/// The inputs that a target starts with. Each line of a file is one of them, as base64.
struct Seeds {
    target: String,
    /// The file that `--minimise` replaces.
    file: PathBuf,
    /// The file of inputs that once failed. `--minimise` leaves it as it is.
    regressions: PathBuf,
}

impl Seeds {
    fn of(target: &str) -> Self {
        let folder = Path::new(FOLDER).join("seeds");
        let file = Path::new(target).with_extension("txt");
        Self {
            target: target.to_owned(),
            regressions: folder.join("regressions").join(&file),
            file: folder.join(file),
        }
    }

    /// Writes each seed as a file into a folder, and returns the folder.
    fn unpack(&self) -> Result<PathBuf> {
        let folder = self.empty_folder("seeds")?;
        let mut count = 0;
        for file in [&self.file, &self.regressions] {
            let lines = match file.exists() {
                true => fs::read_to_string(file)?,
                false => String::new(),
            };
            for (number, line) in lines.lines().enumerate() {
                let seed = BASE64_STANDARD.decode(line);
                let seed = seed.with_context(|| format!("{}:{}", file.display(), number + 1))?;
                fs::write(folder.join(count.to_string()), seed)?;
                count += 1;
            }
        }
        Ok(folder)
    }

    /// Replaces the seeds by the files in a folder.
    fn pack(&self, folder: &Path) -> Result<()> {
        let mut seeds = Vec::new();
        for entry in fs::read_dir(folder)? {
            seeds.push(fs::read(entry?.path())?);
        }
        seeds.sort_by_key(|seed| (seed.len(), seed.clone()));
        let lines: String = seeds
            .iter()
            .map(|seed| BASE64_STANDARD.encode(seed) + "\n")
            .collect();
        Ok(fs::write(&self.file, lines)?)
    }

    /// Makes an empty folder of this name for the target.
    fn empty_folder(&self, name: &str) -> Result<PathBuf> {
        let folder = Path::new(FOLDER).join("target").join(name);
        let folder = folder.join(&self.target);
        files::remove(&folder)?;
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }
}

fn run(target: &str, folders: &[PathBuf], arguments: &[String]) -> Result<()> {
    let mut cargo = setup::cargo_with(&setup::CARGO_FUZZ)?;
    // `RUSTC_BOOTSTRAP` allows the unstable options that instrument the code. There is no unsafe code that a sanitizer could
    // check.
    cargo
        .env("RUSTC_BOOTSTRAP", "1")
        .args(["fuzz", "run", "--sanitizer=none", "--fuzz-dir", FOLDER])
        .arg(target)
        .args(folders)
        .args(["--", "-print_final_stats=1"])
        .args(arguments);
    process::run(&mut cargo)
}

/// The names of all targets, which are those of their files.
fn targets() -> Result<Vec<String>> {
    let mut targets = Vec::new();
    let folder = Path::new(FOLDER).join("fuzz_targets");
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        targets.extend(
            path.file_stem()
                .map(|name| name.to_string_lossy().into_owned()),
        );
    }
    targets.sort();
    Ok(targets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacing_the_seeds_keeps_the_regressions() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let root = folder.path();
        let seeds = Seeds {
            target: "parser".into(),
            file: root.join("parser.txt"),
            regressions: root.join("regressions.txt"),
        };
        let chosen = root.join("chosen");
        fs::create_dir(&chosen)?;
        fs::write(&seeds.regressions, "YQ==\n")?;
        fs::write(chosen.join("1"), "b")?;
        seeds.pack(&chosen)?;
        assert_eq!(fs::read_to_string(&seeds.file)?, "Yg==\n");
        assert_eq!(fs::read_to_string(&seeds.regressions)?, "YQ==\n");
        Ok(())
    }
}
