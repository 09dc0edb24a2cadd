//! Finds the blocks of code in a page of Markdown.

/// A fenced block of code.
#[derive(Debug)]
pub struct CodeBlock<'a> {
    /// The line of the opening fence; the first line of the page is 1.
    pub line: usize,
    /// The language that the opening fence names; empty if it names none.
    pub language: &'a str,
    /// The lines between the fences.
    pub code: String,
}

/// All fenced blocks of code in a page.
pub fn code_blocks(text: &str) -> Vec<CodeBlock<'_>> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(fence) = line.strip_prefix("```") else {
            continue;
        };
        let rest = lines.by_ref().map(|(_, line)| line);
        let code: Vec<_> = rest.take_while(|line| *line != "```").collect();
        blocks.push(CodeBlock {
            line: number + 1,
            language: fence.split(',').next().unwrap_or_default(),
            code: code.join("\n"),
        });
    }
    blocks
}

/// The folders, seen from the book, of files that tests run: those of `tests/interop` and `tests/packaging`, the components that
/// `npm/test` mounts, the recipes, and the demos that `tests/e2e` opens.
const TESTED: [&str; 5] = [
    "../tests/interop/",
    "../tests/packaging/consumers/",
    "../npm/test/frameworks/readme/",
    "recipes/",
    "live/",
];

/// The tested file that a block of code is a part of, if the page names one above it. `xtask/tests/book.rs` compares them.
pub fn tested_file<'a>(text: &'a str, block: &CodeBlock<'_>) -> Option<&'a str> {
    named_above(text, block).filter(|file| TESTED.iter().any(|folder| file.starts_with(folder)))
}

/// The file that the page names above a block of code: the target of the last link in the last line of text before the block.
fn named_above<'a>(text: &'a str, block: &CodeBlock<'_>) -> Option<&'a str> {
    let lines = text.lines().take(block.line - 1);
    let line = lines.filter(|line| !line.is_empty()).last()?;
    let (_, rest) = line.rsplit_once("](")?;
    Some(rest.split_once(')')?.0)
}

/// Whether the lines of `code` follow one another in `text`, indented by the same additional spaces or tabs.
pub fn is_part_of(code: &str, text: &str) -> bool {
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
