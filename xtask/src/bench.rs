//! `cargo xtask bench`: the contenders side by side in one headless Chromium.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};

use crate::{browsers, npm, process, setup};

const PACKAGE: &str = "typed-eventsource-bench";
const FOLDER: &str = "benches";
const PAGE: &str = "target/bench/page";

pub(crate) fn bench() -> Result<()> {
    browsers::install_missing(true, false)?;
    npm::build()?;
    build_page()?;
    process::run(Command::new("cargo").args([
        "run",
        "--release",
        "--quiet",
        "--package",
        PACKAGE,
        "--",
        PAGE,
    ]))
}

/// The page's own files beside the contenders that are written in Rust, built as an app for production is.
fn build_page() -> Result<()> {
    fs::create_dir_all(PAGE)?;
    for file in fs::read_dir(Path::new(FOLDER).join("page"))? {
        let file = file?;
        fs::copy(file.path(), Path::new(PAGE).join(file.file_name()))
            .with_context(|| format!("cannot copy {}", file.path().display()))?;
    }
    let wasm_opt = setup::wasm_opt()?;
    let mut wasm_pack = setup::wasm_pack(wasm_opt.as_slice())?;
    wasm_pack
        .args(["build", FOLDER, "--target", "web", "--profile", "bench"])
        .args(["--out-dir", &format!("../{PAGE}/rust")])
        .args(["--mode", "no-install"]);
    if wasm_opt.is_none() {
        wasm_pack.arg("--no-opt");
    }
    process::run(&mut wasm_pack)
}
