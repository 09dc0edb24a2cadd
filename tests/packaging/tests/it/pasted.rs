//! Pastes the program of a README into a fresh project, which is then built and opened in Chromium. The READMEs of the crate and of
//! the frameworks' crates have such a program.

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

/// The section with the dependencies and one program, in the README of a framework's crate.
const SECTION: &str = "Use it";

/// The section with the dependencies of the crate's README, which begins with the program.
const CRATE_SECTION: &str = "Use it from Rust";

/// The URL that the program opens, and the URL at the test server that replaces it.
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
/// Starts the program. What it writes to the console is also shown on the page.
const START: &str = "import init from \"./app.js\";\n\n\
    console.log = (...words) => document.body.append(`${words.join(\" \")}\\n`);\n\
    await init();\n";

/// Tries out the first program of the crate's README.
pub(crate) async fn try_out_crate(stage: &Stage) -> Result<(), String> {
    let text = read("README.md")?;
    let dependencies = only_snippet(section(&text, CRATE_SECTION)?, "toml")?;
    let blocks = code_blocks(&text);
    let program = blocks.into_iter().find(|block| block.language == "rust");
    let program = program.ok_or("README.md has no program")?.code;
    let www = build("crate", &dependencies, &program)?;
    let browser = stage.browser().await;
    let server = serve(www).await;
    let events = [
        "event: price\ndata: {\"symbol\":\"ACME\",\"price\":1.5}\n\n",
        "event: price\ndata: {\"symbol\":\"ACME\"}\n\n",
        "event: halt\ndata: {\"symbol\":\"ACME\",\"reason\":\"news\"}\n\n",
        "event: bye\ndata\n\n",
    ];
    let stream = Attempt::playing([Step::Send(events.concat()), Step::Silence]);
    let put = server.put("prices", Script::always(stream));
    put.expect("it can be played");
    browser.goto(&format!("{}/", server.origin())).await;
    browser
        .until("document.body.textContent.includes('that was all')")
        .await;
    let text = browser.run("return document.body.textContent.trim()", Value::Null);
    let text = text.await;
    let lines: Vec<_> = text.as_str().unwrap_or_default().lines().collect();
    let [price, error, halt, bye] = lines[..] else {
        return Err(format!("four lines: {lines:?}"));
    };
    assert_eq!(
        [price, halt, bye],
        ["ACME 1.5", "ACME halted: news", "that was all"]
    );
    assert!(error.contains("\"price\""), "{error}");
    server.stop().await;
    Ok(())
}

/// Tries out the program of the README of a framework's crate.
pub(crate) async fn try_out_framework(framework: &str, stage: &Stage) -> Result<(), String> {
    let text = read(&format!("frameworks/{framework}/README.md"))?;
    let section = section(&text, SECTION)?;
    let only = |language| only_snippet(section, language);
    let www = build(framework, &only("toml")?, &only("rust")?)?;
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

fn read(readme: &str) -> Result<String, String> {
    fs::read_to_string(tools::root().join(readme)).map_err(|error| format!("{readme}: {error}"))
}

/// Builds a program. Returns the folder with its page, its JavaScript and its wasm.
fn build(name: &str, dependencies: &str, program: &str) -> Result<PathBuf, String> {
    if program.matches(URLS[0]).count() == 0 {
        return Err(format!("the program opens no {}", URLS[0]));
    }
    let program = program.replace(URLS[0], URLS[1]);
    let name = format!("pasted-{name}");
    let folder = project(&name, dependencies, &program)
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

/// The lines of a section: between its heading and the next one.
fn section<'a>(readme: &'a str, heading: &str) -> Result<&'a str, String> {
    let after = readme.split_once(&format!("\n## {heading}\n"));
    let (_, rest) = after.ok_or_else(|| format!("no section {heading:?}"))?;
    let end = rest.find("\n## ").unwrap_or(rest.len());
    Ok(&rest[..end])
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
