//! Each block of code in `docs/cookbook.md` is a part of the tested file that the line before it names.

use std::fs;

use typed_eventsource_harness::{CodeBlock, Stage, code_blocks};

use crate::{support::root, tests};

tests! {
    each_block_of_code_is_a_part_of_the_file_that_is_named,
    each_server_is_in_the_cookbook,
}

const COOKBOOK: &str = "docs/cookbook.md";
/// The folders of files that blocks may be taken from, since the other tests run these files.
const SOURCES: &str = "../tests/interop/";

fn cookbook() -> String {
    fs::read_to_string(root().join(COOKBOOK)).expect("the cookbook can be read")
}

/// The target of the last link in a line.
fn linked(line: &str) -> Option<&str> {
    let (_, rest) = line.rsplit_once("](")?;
    Some(rest.split_once(')')?.0)
}

/// Whether the lines of `code` follow one another in `text`, indented by the same additional spaces or tabs.
fn is_part_of(code: &str, text: &str) -> bool {
    let code: Vec<_> = code.lines().collect();
    let text: Vec<_> = text.lines().collect();
    text.windows(code.len()).any(|window| {
        let Some(indent) = window[0].strip_suffix(code[0]) else {
            return false;
        };
        indent.trim().is_empty()
            && window.iter().zip(&code).all(|(line, code)| match *code {
                "" => line.is_empty(),
                code => line.strip_prefix(indent) == Some(code),
            })
    })
}

async fn each_block_of_code_is_a_part_of_the_file_that_is_named(_: &Stage) {
    let text = cookbook();
    let blocks = code_blocks(&text);
    assert!(blocks.len() > 10, "{} blocks", blocks.len());
    for CodeBlock { line, code, .. } in blocks {
        let lines = text.lines().take(line - 1);
        let before = lines.filter(|line| !line.is_empty()).last();
        let file = before.and_then(linked);
        let file = file.unwrap_or_else(|| panic!("{COOKBOOK}:{line}: no file is named"));
        assert!(
            file.starts_with(SOURCES),
            "{COOKBOOK}:{line}: {file} is not tested here"
        );
        let source = fs::read_to_string(root().join("docs").join(file));
        let source = source.unwrap_or_else(|error| panic!("{COOKBOOK}:{line}: {file}: {error}"));
        assert!(
            is_part_of(&code, &source),
            "{COOKBOOK}:{line}: this is not in {file}:\n{code}"
        );
    }
}

async fn each_server_is_in_the_cookbook(_: &Stage) {
    let text = cookbook();
    let servers =
        fs::read_dir(root().join("tests/interop/servers")).expect("the servers are there");
    for server in servers {
        let name = server.expect("a folder").file_name();
        let link = format!("{SOURCES}servers/{}/", name.display());
        assert!(text.contains(&link), "nothing from {link}");
    }
}
