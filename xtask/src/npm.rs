//! `cargo xtask npm`: the npm package.

use std::{path::Path, process::Command};

use anyhow::{Result, ensure};
use fs_err as fs;

use crate::{files, process, release::Workspace, setup};

/// The folder of the package's JavaScript.
pub(crate) const JAVASCRIPT: &str = "npm/src";
/// The folder of the package's wasm crate.
const WASM: &str = "npm/wasm";
/// The library of the wasm crate.
const ENGINE: &str = "typed_eventsource";
/// The folder that the package is built into.
pub(crate) const PRODUCT: &str = "pkg";

/// Builds the package and prints the sizes of its wasm files.
pub(crate) fn build() -> Result<()> {
    let product = Path::new(PRODUCT);
    files::remove(product)?;
    files::copy(Path::new(JAVASCRIPT), product)?;
    name_repository(&product.join("package.json"))?;
    for file in ["npm/README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        let file = Path::new(file);
        files::copy(file, &product.join(file.file_name().unwrap_or_default()))?;
    }
    let wasm = product.join("wasm");
    let javascript = javascript_engine(&wasm)?;
    build_engine(&wasm)?;
    fs::write(wasm.join("engine-in-javascript.js"), javascript)?;
    fs::copy(
        wasm.join(format!("{ENGINE}_bg.wasm.d.ts")),
        wasm.join("engine-in-javascript.d.ts"),
    )?;
    print_sizes(&wasm)
}

/// Adds to the manifest of the package where it is published from, which the crates' manifest says.
fn name_repository(manifest: &Path) -> Result<()> {
    let url = Workspace::read()?.repository;
    let license = "\"license\": \"MIT OR Apache-2.0\",";
    let text = fs::read_to_string(manifest)?;
    ensure!(
        text.contains(license),
        "{} has another license",
        manifest.display()
    );
    let named = format!(
        "{license}\n  \"homepage\": \"{url}#readme\",\n  \"bugs\": \"{url}/issues\",\n  \"repository\": {{\n    \"type\": \"git\",\n    \"url\": \"git+{url}.git\",\n    \"directory\": \"npm\"\n  }},"
    );
    Ok(fs::write(manifest, text.replace(license, &named))?)
}

/// Builds the engine into a folder: the wasm, and the module that contains it as a text.
pub(crate) fn build_engine(folder: &Path) -> Result<()> {
    build_wasm(WASM, ENGINE, folder, &[])?;
    write_text(&folder.join(format!("{ENGINE}_bg.wasm")), "engine.js")
}

fn build_wasm(package: &str, name: &str, folder: &Path, options: &[&str]) -> Result<()> {
    process::run(
        setup::wasm_pack_build(package, folder)?
            .args(["--target", "bundler", "--profile", "npm", "--no-pack"])
            .args(options),
    )?;
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

/// A JavaScript module that does what the wasm does, for where there is no WebAssembly. It is made in the folder.
fn javascript_engine(folder: &Path) -> Result<String> {
    let Some(wasm_opt) = setup::wasm_opt()? else {
        return Ok(
            "throw new Error(\"built without npm, this package needs WebAssembly\");\n".into(),
        );
    };
    let options = ["--no-opt", "--", "--no-default-features"];
    build_wasm(WASM, ENGINE, folder, &options)?;
    let lowered = folder.join("lowered.wasm");
    let javascript = folder.join("lowered.js");
    let mut lower = Command::new(&wasm_opt);
    lower
        .arg(folder.join(format!("{ENGINE}_bg.wasm")))
        .args(LOWERING)
        .arg("-o")
        .arg(&lowered);
    process::run(&mut lower)?;
    let mut wasm2js = Command::new(wasm_opt.with_file_name("wasm2js"));
    process::run(wasm2js.arg(&lowered).args(["-Oz", "-o"]).arg(&javascript))?;
    let module = fs::read_to_string(&javascript)?;
    files::remove(folder)?;
    // As in WebAssembly, the buffer is detached when the memory grows, by which old views are known.
    let switched = "   buffer = newBuffer;";
    ensure!(
        module.matches(switched).count() == 1,
        "wasm2js lets memory grow in another way"
    );
    let detached = "   structuredClone(buffer, { transfer: [buffer] });\n";
    Ok(module.replace(switched, &format!("{detached}{switched}")))
}

/// Makes WebAssembly that `wasm2js` understands.
const LOWERING: [&str; 17] = [
    "--mvp-features",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--low-memory-unused",
    "--remove-exports=__abort*",
    "--remove-exports=__inst*",
    "--remove-exports=*refs",
    "--remove-exports=*_start",
    "--llvm-memory-copy-fill-lowering",
    "--llvm-nontrapping-fptoint-lowering",
    "--signext-lowering",
    "-Oz",
];

/// Writes a module beside the wasm that contains it as a text.
fn write_text(wasm: &Path, module: &str) -> Result<()> {
    let text = text_of(&fs::read(wasm)?);
    let module = wasm.with_file_name(module);
    Ok(fs::write(
        module,
        format!("export const text = {text:?};\n"),
    )?)
}

/// Bytes as a text of ASCII, which compresses nearly as well as they do, and needs no inflating. A character from `#` on is a byte
/// up to 91, where `c` is 0 and `#` follows on `~`, so that the most frequent bytes are the characters that are frequent in
/// JavaScript too; before it, `!` adds 92 to it and a space 184.
fn text_of(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        text.extend([None, Some('!'), Some(' ')][usize::from(byte / 92)]);
        text.push(char::from(b'#' + (byte % 92 + 64) % 92));
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
                _ => read.push((byte - 7) % 92 + std::mem::take(&mut added)),
            }
        }
        assert_eq!(read, bytes);
    }

    #[test]
    fn an_entry_imports_the_wasm_last_so_that_bundles_end_with_it() {
        for entry in ["index.js", "wasm.js", "resilient-fetch.js"] {
            let path = Path::new("..").join(JAVASCRIPT).join(entry);
            let source = fs::read_to_string(path).expect("an entry");
            let wasm = source
                .find("import { text }")
                .expect("an import of the wasm");
            let provided = source.find("export * from").unwrap_or_default();
            let others = source.rfind("import { provide }").unwrap_or_default();
            assert!(wasm > provided && wasm > others, "{entry}");
        }
    }
}
