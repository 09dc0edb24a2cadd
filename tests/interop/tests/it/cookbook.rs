//! Each block of code in `docs/cookbook.md` is a part of the tested file that the line before it names.

use std::fs;

use typed_eventsource_harness::{CodeBlock, Stage, code_blocks, is_part_of, named_above};

use crate::{support::root, tests};

tests! {
    each_block_of_code_is_a_part_of_the_file_that_is_named,
    each_server_is_in_the_cookbook,
}

const COOKBOOK: &str = "docs/cookbook.md";
/// The folder of the servers, and of the pages, which the other tests here run.
const INTEROP: &str = "../tests/interop/";
/// The folder of recipes for servers that are imitated, which the tests of the crate and of the npm package run.
const RECIPES: &str = "recipes/";

fn cookbook() -> String {
    fs::read_to_string(root().join(COOKBOOK)).expect("the cookbook can be read")
}

async fn each_block_of_code_is_a_part_of_the_file_that_is_named(_: &Stage) {
    let text = cookbook();
    let blocks = code_blocks(&text);
    assert!(blocks.len() > 10, "{} blocks", blocks.len());
    for block in blocks {
        let file = named_above(&text, &block);
        let CodeBlock { line, code, .. } = block;
        let file = file.unwrap_or_else(|| panic!("{COOKBOOK}:{line}: no file is named"));
        assert!(
            file.starts_with(INTEROP) || file.starts_with(RECIPES),
            "{COOKBOOK}:{line}: {file} is not tested"
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
        let link = format!("{INTEROP}servers/{}/", name.display());
        assert!(text.contains(&link), "nothing from {link}");
    }
}
