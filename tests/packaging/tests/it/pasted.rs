//! What the README of a framework's crate says, pasted into a fresh project, which is then built and opened in Chromium.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use typed_eventsource_harness::{Stage, code_blocks};
use typed_eventsource_server::script::{Attempt, Script, Step};

use crate::{pages::serve, tools};

/// The folder of each crate in `frameworks`.
pub(crate) const FRAMEWORKS: &[&str] = &["leptos", "yew"];

/// The section with the dependencies and one program.
const SECTION: &str = "Use it";

/// What the program opens, and what is opened in its place at the test server.
const URLS: [&str; 2] = ["\"/prices\"", "\"/streams/prices\""];

/// The crates that are taken from this repository in place of the published ones, each with its folder.
const CRATES: [(&str, &str); 4] = [
    ("typed-eventsource", ""),
    ("typed-eventsource-hooks", "frameworks/hooks"),
    ("typed-eventsource-leptos", "frameworks/leptos"),
    ("typed-eventsource-yew", "frameworks/yew"),
];

const PAGE: &str = "<!doctype html>\n<meta charset=\"utf-8\">\n<title>Pasted</title>\n\
    <script type=\"module\" src=\"start.js\"></script>\n<body></body>\n";
const START: &str = "import init from \"./app.js\";\n\nawait init();\n";

pub(crate) async fn try_out(framework: &str, stage: &Stage) -> Result<(), String> {
    let www = build(framework)?;
    let browser = stage.browser().await;
    let server = serve(www).await;
    let price = Step::Send("event: price\ndata: 101.5\n\n".to_owned());
    let stream = Attempt::playing([price, Step::Silence]);
    let put = server.put("prices", Script::always(stream));
    put.expect("it can be played");
    browser.goto(&format!("{}/", server.origin())).await;
    let text_of = |selector: &str| format!("document.querySelector('{selector}')?.textContent");
    let (price, state) = (text_of("h1"), text_of("[role=status]"));
    browser
        .until(&format!("{price} === '101.50' && {state} === 'open'"))
        .await;
    let press = "document.querySelector('button').click();";
    browser.run(press, Value::Null).await;
    browser
        .until(&format!("{state}.startsWith('closed')"))
        .await;
    browser.run(press, Value::Null).await;
    browser.until(&format!("{state} === 'open'")).await;
    assert_eq!(server.seen("prices").attempts.len(), 2);
    server.stop().await;
    Ok(())
}

/// The folder with the page, the glue and the wasm.
fn build(framework: &str) -> Result<PathBuf, String> {
    let readme = format!("frameworks/{framework}/README.md");
    let text = fs::read_to_string(tools::root().join(&readme));
    let text = text.map_err(|error| format!("{readme}: {error}"))?;
    let section = section(&text).ok_or_else(|| format!("no section {SECTION:?} in {readme}"))?;
    let only = |language| only_snippet(section, language);
    let (dependencies, program) = (only("toml")?, only("rust")?);
    if program.matches(URLS[0]).count() == 0 {
        return Err(format!("the program opens no {}", URLS[0]));
    }
    let program = program.replace(URLS[0], URLS[1]);
    let name = format!("pasted-{framework}");
    let folder = project(&name, &dependencies, &program)
        .map_err(|error| format!("the fresh project: {error}"))?;
    let target = tools::root().join("target");
    tools::succeed(
        Command::new("cargo")
            .args(["build", "--target", "wasm32-unknown-unknown"])
            .current_dir(&folder)
            // In this folder many dependencies are compiled already.
            .env("CARGO_TARGET_DIR", &target),
    )?;
    let www = folder.join("www");
    bind(
        &target.join(format!("wasm32-unknown-unknown/debug/{name}.wasm")),
        &www,
    )?;
    for (file, text) in [("index.html", PAGE), ("start.js", START)] {
        fs::write(www.join(file), text).map_err(|error| format!("{file}: {error}"))?;
    }
    Ok(www)
}

/// Runs wasm-bindgen, as a tool that builds an app for the web does.
fn bind(wasm: &Path, www: &Path) -> Result<(), String> {
    let wasm_bindgen =
        env::var_os("WASM_BINDGEN").ok_or("no wasm-bindgen: use `cargo xtask test packaging`")?;
    tools::succeed(
        Command::new(wasm_bindgen)
            .args(["--target", "web", "--no-typescript", "--out-name", "app"])
            .arg("--out-dir")
            .arg(www)
            .arg(wasm),
    )
}

/// From the line after its heading to the next heading.
fn section(readme: &str) -> Option<&str> {
    let (_, rest) = readme.split_once(&format!("\n## {SECTION}\n"))?;
    let end = rest.find("\n## ").unwrap_or(rest.len());
    Some(&rest[..end])
}

fn only_snippet(section: &str, language: &str) -> Result<String, String> {
    let all = code_blocks(section);
    let mut blocks = all.into_iter().filter(|block| block.language == language);
    match (blocks.next(), blocks.next()) {
        (Some(block), None) => Ok(block.code),
        _ => Err(format!("not exactly one snippet in {language}:\n{section}")),
    }
}

/// Writes a project with these dependencies and this program, and with the crates of this repository in place of the published
/// ones. Returns its folder.
fn project(name: &str, dependencies: &str, program: &str) -> io::Result<PathBuf> {
    let root = tools::root().canonicalize()?;
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(folder.join("src"))?;
    let patches: String = CRATES
        .iter()
        .map(|(name, folder)| format!("{name} = {{ path = {:?} }}\n", root.join(folder)))
        .collect();
    let manifest = format!(
        "[package]\nname = {name:?}\nedition = \"2024\"\n\n\
         {dependencies}\n\n\
         [patch.crates-io]\n{patches}\n\
         [workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("src/main.rs"), program)?;
    // The project's dependencies have the same versions as those of the repository.
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(folder)
}
