//! The page: the contenders in JavaScript in one module, those in Rust beside it.

use std::path::Path;

use anyhow::Result;

use super::esbuild::esbuild;
use crate::{process, setup};

const MAIN: &str = "benches/page/src/main.js";
const FOLDER: &str = "target/bench/page";

/// Builds it as an app for production is.
pub(crate) fn build() -> Result<()> {
    process::run(
        esbuild()?
            .arg(MAIN)
            .args(["--external:/pkg/*", "--external:./rust/*"])
            .arg(format!("--outfile={FOLDER}/bench.js")),
    )?;
    process::run(
        setup::wasm_pack_build("benches", Path::new(&format!("{FOLDER}/rust")))?.args([
            "--target",
            "web",
            "--profile",
            "bench",
        ]),
    )
}
