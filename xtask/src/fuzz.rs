//! `cargo xtask fuzz`: one of the targets in `tests/fuzz`, for a while.

use std::{
    path::{Path, PathBuf},
    slice,
};

use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use fs_err as fs;

use crate::{files, process, setup};

/// A package that is a separate workspace, so that nothing else needs what it needs.
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
#[derive(clap::Args)]
pub(crate) struct Options {
    /// One of parser, records, payloads, variants, policy
    #[arg(value_name = "target")]
    target: String,
    /// For how long
    #[arg(long, default_value_t = 1)]
    minutes: u64,
    /// Replace its seeds, which the native tests replay, by what reaches every branch, in place of fuzzing
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

/// Keeps as few and as short inputs as reach the same branches.
fn minimise(target: &str, folders: &[PathBuf], seeds: &Seeds) -> Result<()> {
    let chosen = seeds.folder("chosen")?;
    let folders = [slice::from_ref(&chosen), folders].concat();
    // How often a branch is taken does not count.
    let merge = ["-merge=1".into(), "-use_counters=0".into()];
    run(target, &folders, &merge)?;
    seeds.pack(&chosen)
}

/// What a target starts with: a line of base64 for each.
struct Seeds {
    target: String,
    /// What `--minimise` replaces.
    file: PathBuf,
    /// What once failed, and stays.
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

    /// As files, in a separate folder.
    fn unpack(&self) -> Result<PathBuf> {
        let folder = self.folder("seeds")?;
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

    /// An empty one.
    fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = Path::new(FOLDER).join("target").join(name);
        let folder = folder.join(&self.target);
        files::remove(&folder)?;
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }
}

fn run(target: &str, folders: &[PathBuf], arguments: &[String]) -> Result<()> {
    let mut cargo = setup::cargo_with(&setup::CARGO_FUZZ)?;
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
    fn what_is_replaced_leaves_regressions_alone() -> Result<()> {
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
