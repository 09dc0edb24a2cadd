//! What the README says of a framework, pasted into a fresh project that is then built for the browser.

use std::{fs, io, path::PathBuf, process::Command};

use crate::{snippets::fenced, tools};

/// The titles of the sections, each of which has the dependencies and one program.
pub(crate) const SECTIONS: &[&str] = &["Leptos", "Yew"];

pub(crate) fn build(title: &str) -> Result<(), String> {
    let readme = fs::read_to_string(tools::root().join("README.md"));
    let readme = readme.map_err(|error| format!("README.md: {error}"))?;
    let section = section(&readme, title).ok_or_else(|| format!("no section {title:?}"))?;
    let only = |language| only_snippet(section, language);
    let folder = project(title, &only("toml")?, &only("rust")?)
        .map_err(|error| format!("the fresh project: {error}"))?;
    tools::succeed(
        Command::new("cargo")
            .args(["build", "--target", "wasm32-unknown-unknown"])
            .current_dir(folder)
            // What is compiled already need not be once more.
            .env("CARGO_TARGET_DIR", tools::root().join("target")),
    )
}

/// From the line after its heading to the next heading.
fn section<'a>(readme: &'a str, title: &str) -> Option<&'a str> {
    let (_, rest) = readme.split_once(&format!("\n### {title}\n"))?;
    let end = rest.find("\n## ").unwrap_or(rest.len());
    let end = rest.find("\n### ").map_or(end, |next| next.min(end));
    Some(&rest[..end])
}

fn only_snippet(section: &str, language: &str) -> Result<String, String> {
    let all = fenced(section);
    let mut own = all.into_iter().filter(|(_, of, _)| *of == language);
    match (own.next(), own.next()) {
        (Some((_, _, snippet)), None) => Ok(snippet),
        _ => Err(format!("not exactly one snippet in {language}:\n{section}")),
    }
}

/// The project with what was pasted, and with this crate in place of the published one.
fn project(title: &str, dependencies: &str, program: &str) -> io::Result<PathBuf> {
    let root = tools::root().canonicalize()?;
    let name = format!("pasted-{}", title.to_lowercase());
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(&name);
    fs::create_dir_all(folder.join("src"))?;
    let manifest = format!(
        "[package]\nname = {name:?}\nedition = \"2024\"\n\n\
         {dependencies}\n\n\
         [patch.crates-io]\ntyped-eventsource = {{ path = {root:?} }}\n\n\
         [workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("src/main.rs"), program)?;
    // The same versions as everywhere here.
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(folder)
}
