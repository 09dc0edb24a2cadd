//! Builds the benchmark's page: each contender in JavaScript as a module, and those in Rust as another.

use std::path::Path;

use anyhow::Result;

use super::esbuild::{bundle_each, esbuild};
use crate::{files, process, setup};

const MAIN: &str = "benches/page/src/main.js";
const CONTENDERS: &str = "benches/page/src/contenders";
const FOLDER: &str = "target/bench/page";

/// Builds the page as an app is built for production.
pub(crate) fn build() -> Result<()> {
    let contenders = format!("{FOLDER}/contenders");
    // The names of chunks contain hashes, so that those of an earlier build would stay.
    files::remove(Path::new(&contenders))?;
    bundle_each(CONTENDERS, |_| contenders.clone())?;
    // esbuild leaves the URL of the shared worker as it is.
    process::run(
        esbuild()?
            .arg("pkg/tabs/typed-eventsource-worker.js")
            .args([
                "--minify",
                &format!("--outfile={contenders}/typed-eventsource-worker.js"),
            ]),
    )?;
    process::run(
        esbuild()?
            .arg(MAIN)
            .args(["--external:./contenders/*", "--external:./rust/*"])
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
