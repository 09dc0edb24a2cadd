//! `cargo xtask npm`: the npm package.

use std::{fs, num::NonZeroU64, path::Path};

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use zopfli::{Format, Options};

use crate::{process, setup};

/// The folders of the JavaScript half and of the wasm half.
const JAVASCRIPT: &str = "npm/src";
const WASM: &str = "npm/wasm";
const PRODUCT: &str = "pkg";

/// Builds the package into its folder and prints the sizes of what it holds.
pub(crate) fn build() -> Result<()> {
    let product = Path::new(PRODUCT);
    if product.exists() {
        fs::remove_dir_all(product).with_context(|| format!("cannot replace {PRODUCT}"))?;
    }
    copy(Path::new(JAVASCRIPT), product)?;
    for file in ["npm/README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        let file = Path::new(file);
        copy(file, &product.join(file.file_name().unwrap_or_default()))?;
    }
    let wasm = product.join("wasm");
    build_wasm(&wasm)?;
    let bytes = fs::read(wasm.join("typed_eventsource_bg.wasm"))?;
    fs::write(wasm.join("deflated.js"), deflated(&bytes)?)?;
    print_sizes(&wasm)
}

fn build_wasm(folder: &Path) -> Result<()> {
    let wasm_opt = setup::wasm_opt()?;
    let mut wasm_pack = setup::wasm_pack(wasm_opt.as_slice())?;
    wasm_pack
        .args(["build", WASM, "--target", "bundler", "--out-dir"])
        .arg(Path::new("../..").join(folder))
        .args(["--profile", "npm", "--mode", "no-install", "--no-pack"]);
    if wasm_opt.is_none() {
        wasm_pack.arg("--no-opt");
    }
    process::run(&mut wasm_pack)?;
    // The first hides all that is made from version control, and from `npm pack` with that. The others load the wasm and call
    // it, which `npm/src` does.
    for unused in [
        ".gitignore",
        "typed_eventsource.js",
        "typed_eventsource.d.ts",
        "typed_eventsource_bg.js",
    ] {
        fs::remove_file(folder.join(unused))?;
    }
    Ok(())
}

/// A module with the wasm half in it, that costs hardly more than the file, once both are compressed. What is deflated here
/// is deflated by nobody after, so that it is worth the time.
fn deflated(wasm: &[u8]) -> Result<String> {
    let mut deflated = Vec::new();
    let options = Options {
        iteration_count: NonZeroU64::MIN.saturating_add(99),
        ..Options::default()
    };
    zopfli::compress(options, Format::Deflate, wasm, &mut deflated)?;
    let text = BASE64_STANDARD.encode(deflated);
    Ok(format!("export const deflated = \"{text}\";\n"))
}

/// Copies a file, or a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    let what = || format!("cannot copy {} to {}", from.display(), to.display());
    if !from.is_dir() {
        fs::copy(from, to).with_context(what)?;
        return Ok(());
    }
    fs::create_dir_all(to).with_context(what)?;
    for entry in fs::read_dir(from).with_context(what)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn print_sizes(folder: &Path) -> Result<()> {
    let files =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for file in files {
        let path = file?.path();
        println!("{}: {} bytes", path.display(), fs::metadata(&path)?.len());
    }
    Ok(())
}
