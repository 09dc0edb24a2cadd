//! Finds the blocks of code in a page of Markdown.

/// A fenced block of code.
#[derive(Debug)]
pub struct CodeBlock<'a> {
    /// The line of the opening fence; the first line of the page is 1.
    pub line: usize,
    /// The language that the opening fence names, or nothing.
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
