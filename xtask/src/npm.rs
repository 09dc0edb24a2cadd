//! `cargo xtask npm`: the npm package.

use std::{num::NonZeroU64, path::Path};

use anyhow::Result;
use base64::{Engine, prelude::BASE64_STANDARD};
use fs_err as fs;
use zopfli::{Format, Options};

use crate::{files, process, setup};

/// The folders of the JavaScript half and of the wasm half.
const JAVASCRIPT: &str = "npm/src";
const WASM: &str = "npm/wasm";
const PRODUCT: &str = "pkg";

/// Builds the package into its folder and prints the sizes of what it holds.
pub(crate) fn build() -> Result<()> {
    let product = Path::new(PRODUCT);
    files::remove(product)?;
    files::copy(Path::new(JAVASCRIPT), product)?;
    for file in ["npm/README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        let file = Path::new(file);
        files::copy(file, &product.join(file.file_name().unwrap_or_default()))?;
    }
    let wasm = product.join("wasm");
    build_wasm(&wasm)?;
    let bytes = fs::read(wasm.join("typed_eventsource_bg.wasm"))?;
    fs::write(wasm.join("deflated.js"), deflated(&bytes)?)?;
    print_sizes(&wasm)
}

fn build_wasm(folder: &Path) -> Result<()> {
    process::run(setup::wasm_pack_build(WASM, folder)?.args([
        "--target",
        "bundler",
        "--profile",
        "npm",
        "--no-pack",
    ]))?;
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

fn print_sizes(folder: &Path) -> Result<()> {
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        println!("{}: {} bytes", path.display(), fs::metadata(&path)?.len());
    }
    Ok(())
}
