//! The page: the contenders in JavaScript in one module, those in Rust beside it.

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
    let wasm_opt = setup::wasm_opt()?;
    let mut wasm_pack = setup::wasm_pack(wasm_opt.as_slice())?;
    wasm_pack
        .args(["build", "benches", "--target", "web", "--profile", "bench"])
        .args(["--out-dir", &format!("../{FOLDER}/rust")])
        .args(["--mode", "no-install"]);
    if wasm_opt.is_none() {
        wasm_pack.arg("--no-opt");
    }
    process::run(&mut wasm_pack)
}
