//! `cargo xtask npm`: the npm package.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::{process, setup};

const FOLDER: &str = "pkg";

/// Builds the package into its folder and prints the sizes of what it holds.
pub(crate) fn build() -> Result<()> {
    let wasm_opt = setup::wasm_opt()?;
    let mut wasm_pack = setup::wasm_pack(wasm_opt.as_slice())?;
    wasm_pack
        .args(["build", "--target", "web", "--out-dir", FOLDER])
        .args(["--profile", "npm", "--mode", "no-install"]);
    if wasm_opt.is_none() {
        wasm_pack.arg("--no-opt");
    }
    process::run(wasm_pack.args(["--", "--no-default-features", "--features", "npm"]))?;
    print_sizes(Path::new(FOLDER))
}

fn print_sizes(folder: &Path) -> Result<()> {
    let files =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for file in files {
        let path = file?.path();
        if path
            .extension()
            .is_some_and(|end| end == "wasm" || end == "js")
        {
            println!("{}: {} bytes", path.display(), fs::metadata(&path)?.len());
        }
    }
    Ok(())
}
