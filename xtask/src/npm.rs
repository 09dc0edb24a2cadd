//! `cargo xtask npm`: the npm package.

use std::{num::NonZeroU64, path::Path};

use anyhow::Result;
use base64::{Engine, prelude::BASE64_STANDARD};
use fs_err as fs;
use zopfli::{Format, Options};

use crate::{files, process, setup};

/// The folder of the package's JavaScript.
const JAVASCRIPT: &str = "npm/src";
/// The folder of the package's wasm crate.
const WASM: &str = "npm/wasm";
/// The folder of the wasm crate that is the parser alone.
const PARSER: &str = "npm/wasm/event-stream";
/// The folder that the package is built into.
const PRODUCT: &str = "pkg";

/// Builds the package and prints the sizes of its wasm files.
pub(crate) fn build() -> Result<()> {
    let product = Path::new(PRODUCT);
    files::remove(product)?;
    files::copy(Path::new(JAVASCRIPT), product)?;
    for file in ["npm/README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        let file = Path::new(file);
        files::copy(file, &product.join(file.file_name().unwrap_or_default()))?;
    }
    let wasm = product.join("wasm");
    build_wasm(WASM, "typed_eventsource", &wasm)?;
    let bytes = fs::read(wasm.join("typed_eventsource_bg.wasm"))?;
    fs::write(wasm.join("deflated.js"), deflated(&bytes)?)?;
    let parser = wasm.join("parser");
    build_wasm(PARSER, "event_stream", &parser)?;
    let bytes = fs::read(parser.join("event_stream_bg.wasm"))?;
    files::remove(&parser)?;
    let module = format!("export const text = {:?};\n", text_of(&bytes));
    fs::write(wasm.join("parser.js"), module)?;
    print_sizes(&wasm)
}

fn build_wasm(package: &str, name: &str, folder: &Path) -> Result<()> {
    process::run(setup::wasm_pack_build(package, folder)?.args([
        "--target",
        "bundler",
        "--profile",
        "npm",
        "--no-pack",
    ]))?;
    // `.gitignore` would hide the wasm from `npm pack`. The other files load the wasm and call it, which `npm/src` does
    // instead.
    for unused in [
        ".gitignore",
        &format!("{name}.js"),
        &format!("{name}.d.ts"),
        &format!("{name}_bg.js"),
    ] {
        fs::remove_file(folder.join(unused))?;
    }
    Ok(())
}

/// A module that contains the wasm. With HTTP compression it is hardly larger than the wasm file. The wasm is deflated as
/// well as possible, since it cannot be compressed further later.
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

/// Bytes as a text of ASCII, which compresses nearly as well as they do, and needs no inflating. A character from `#` on is a byte
/// up to 91; before it, `!` adds 92 to it and a space 184.
fn text_of(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        text.extend([None, Some('!'), Some(' ')][usize::from(byte / 92)]);
        text.push(char::from(b'#' + byte % 92));
    }
    text
}

fn print_sizes(folder: &Path) -> Result<()> {
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        println!("{}: {} bytes", path.display(), fs::metadata(&path)?.len());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_every_byte_in_characters_that_need_no_escape_but_one() {
        let bytes: Vec<_> = (0..=u8::MAX).collect();
        let text = text_of(&bytes);
        assert!(
            text.bytes()
                .all(|byte| matches!(byte, b' '..=b'~') && byte != b'"')
        );
        let mut added = 0;
        let mut read = Vec::new();
        for byte in text.bytes() {
            match byte {
                b'!' => added = 92,
                b' ' => added = 184,
                _ => read.push(byte - b'#' + std::mem::take(&mut added)),
            }
        }
        assert_eq!(read, bytes);
    }
}
