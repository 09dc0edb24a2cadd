//! Builds the benchmark's page: the contenders in JavaScript as one module, and those in Rust as another.

use std::path::Path;

use anyhow::Result;

use super::esbuild::esbuild;
use crate::{process, setup};

const MAIN: &str = "benches/page/src/main.js";
const FOLDER: &str = "target/bench/page";

/// Builds the page as an app is built for production.
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
