//! The pages of the book, as they are in the repository: their links hold, each block of code is checked by some test, and the
//! tables of reference name what there is.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use pretty_assertions::assert_eq;
use regex::Regex;
use typed_eventsource_harness::{CodeBlock, code_blocks, is_part_of, tested_file};

const DOCS: &str = "docs";
const TYPES: &str = "npm/src/types";

/// The pages beside those of the book whose links are checked.
const OTHERS: [&str; 10] = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "SECURITY.md",
    ".github/CONTRIBUTING.md",
    "benches/README.md",
    "frameworks/hooks/README.md",
    "frameworks/leptos/README.md",
    "frameworks/yew/README.md",
    "npm/README.md",
];

#[test]
fn each_block_of_code_in_the_book_is_checked() {
    let examples = read("src/book.rs");
    let programs = read("README.md");
    for page in pages() {
        let path = format!("{DOCS}/{page}");
        let text = read(&path);
        for block in code_blocks(&text) {
            let place = format!("{path}:{}", block.line);
            let CodeBlock { language, code, .. } = &block;
            if let Some(file) = tested_file(&text, &block) {
                let tested = read(&format!("{DOCS}/{file}"));
                assert!(
                    is_part_of(code, &tested),
                    "{place}: this is not in {file}:\n{code}"
                );
                continue;
            }
            match *language {
                // `tests/packaging` checks their types, in all pages.
                "ts" | "js" => {}
                "rust" => {
                    let example = format!("\"../{path}\"");
                    assert!(
                        examples.contains(&example),
                        "{place}: src/book.rs has no {example}"
                    );
                }
                // `tests/packaging` builds a project with these dependencies.
                "toml" => assert!(programs.contains(code), "{place}: this is not in README.md"),
                // Commands, and what is no code.
                "sh" | "text" => {}
                other => panic!("{place}: name a tested file in the line above this {other:?}"),
            }
        }
    }
}

#[test]
fn each_server_that_is_tested_is_in_the_book() {
    let all: String = pages()
        .iter()
        .map(|page| read(&format!("{DOCS}/{page}")))
        .collect();
    for server in fs::read_dir(root().join("tests/interop/servers")).expect("the servers are there")
    {
        let name = server.expect("a folder").file_name();
        let link = format!("../tests/interop/servers/{}/", name.display());
        assert!(all.contains(&link), "nothing from {link}");
    }
}

#[test]
fn each_page_is_in_the_table_of_contents() {
    let summary = read("docs/SUMMARY.md");
    let listed: BTreeSet<_> = links(&summary).map(str::to_owned).collect();
    assert_eq!(listed, pages().into_iter().collect());
}

#[test]
fn links_between_pages_lead_to_files_and_headings() {
    let mut dead = Vec::new();
    let book = pages().into_iter().map(|page| format!("{DOCS}/{page}"));
    for page in book.chain(OTHERS.map(str::to_owned)) {
        let text = read(&page);
        let folder = Path::new(&page).parent().unwrap_or(Path::new(""));
        for link in links(&text).filter(|link| !link.contains(':')) {
            let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
            let path = if file.is_empty() {
                PathBuf::from(&page)
            } else {
                folder.join(file)
            };
            let holds = match fragment {
                "" => root().join(&path).exists(),
                fragment => root().join(&path).is_file() && headings(&path).contains(fragment),
            };
            if !holds {
                dead.push(format!("{page}: {link}"));
            }
        }
    }
    assert_eq!(dead, Vec::<String>::new());
}

#[test]
fn the_table_of_errors_has_every_code_and_every_variant() {
    let table = read("docs/errors.md");
    let rows = rows(&table);
    let codes = names(&rows, 0);
    let types = read_all(TYPES);
    let declared = between(&types, "export type ErrorCode =", ";");
    assert_eq!(codes, captures(declared, "\"([a-z-]+)\""));
    let source = read("src/error/mod.rs");
    let variants = between(&source, "pub enum Error {", "\n}");
    assert_eq!(
        names(&rows, 1),
        captures(variants, "(?m)^    ([A-Z][A-Za-z]+)[,( ]")
    );
}

#[test]
fn the_tables_of_states_have_every_state_reason_and_outcome() {
    let table = read("docs/states.md");
    let types = read_all(TYPES);
    let mut declared = BTreeSet::new();
    for name in ["State", "CloseReason"] {
        let declaration = between(&types, &format!("export type {name} ="), "\n\n");
        declared.extend(captures(declaration, "readonly type: \"([a-z]+)\""));
    }
    for name in ["AttemptReason", "AttemptOutcome"] {
        let declaration = between(&types, &format!("export type {name} ="), ";");
        declared.extend(captures(declaration, "\"([a-z]+)\""));
    }
    assert_eq!(names(&rows(&table), 0), declared);
}

#[test]
fn the_table_of_options_has_every_option_of_a_source_and_methods_that_there_are() {
    let text = read("docs/options.md");
    let table = between(&text, "<!-- source options -->", "<!-- /source options -->");
    let rows = rows(table);
    let types = read_all(TYPES);
    let mut declared = BTreeSet::new();
    for name in ["CommonInit", "BrowserInit", "FetchInit"] {
        let declaration = between(&types, &format!("export interface {name}<"), "\n}");
        declared.extend(captures(declaration, r"(?m)^  ([a-zA-Z]+)\??[:(]"));
    }
    assert_eq!(names(&rows, 0), declared);
    let sources = read_all("src/source/builder") + &read("src/transport/fetch/request.rs");
    for method in captures(table, "`(?:EventSourceBuilder|Fetch)::([a-z_]+)`") {
        let declaration = Regex::new(&format!(r"pub fn {method}[<(]")).expect("a pattern");
        assert!(
            declaration.is_match(&sources),
            "there is no method {method}"
        );
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the root")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The files of a folder, one after the other.
fn read_all(folder: &str) -> String {
    let entries = fs::read_dir(root().join(folder)).expect("the folder is there");
    let files = entries.map(|entry| entry.expect("a file").file_name());
    files
        .map(|file| read(&format!("{folder}/{}", file.display())) + "\n")
        .collect()
}

/// The names of the book's files.
fn pages() -> Vec<String> {
    let entries = fs::read_dir(root().join(DOCS)).expect("the book is there");
    let names = entries.map(|entry| {
        entry
            .expect("a file")
            .file_name()
            .to_string_lossy()
            .into_owned()
    });
    let mut pages: Vec<_> = names
        .filter(|name| name.ends_with(".md") && name != "SUMMARY.md")
        .collect();
    pages.sort();
    pages
}

/// The targets of the links in a text, without those in blocks of code.
fn links(text: &str) -> impl Iterator<Item = &str> {
    prose(text)
        .flat_map(|line| line.split("](").skip(1))
        .filter_map(|rest| Some(rest.split_once(')')?.0))
}

/// The lines of a text outside of blocks of code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// The anchors of the headings in a page, as GitHub and mdBook make them.
fn headings(page: &Path) -> BTreeSet<String> {
    let text = read(&page.to_string_lossy());
    let headings = prose(&text).filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let heading = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = heading
            .chars()
            .filter(|char| char.is_alphanumeric() || " -_".contains(*char));
        kept.map(|char| if char == ' ' { '-' } else { char })
            .collect()
    };
    headings.map(anchor).collect()
}

/// The cells of the rows of all tables, without their heads.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| line.starts_with('|')) {
        if line.starts_with("| ---") {
            rows.pop();
        } else {
            rows.push(line.trim_matches('|').split(" | ").map(str::trim).collect());
        }
    }
    rows
}

/// The names in backticks in a column.
fn names(rows: &[Vec<&str>], column: usize) -> BTreeSet<String> {
    rows.iter()
        .flat_map(|row| captures(row[column], "`([A-Za-z-]+)`"))
        .collect()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text
        .split_once(start)
        .unwrap_or_else(|| panic!("there is no {start}"));
    rest.split_once(end).map_or(rest, |(between, _)| between)
}

fn captures(text: &str, pattern: &str) -> BTreeSet<String> {
    let pattern = Regex::new(pattern).expect("a pattern");
    pattern
        .captures_iter(text)
        .map(|found| found[1].to_owned())
        .collect()
}
