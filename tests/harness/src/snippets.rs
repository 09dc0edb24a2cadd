//! The code in a page of Markdown.

/// All snippets, by the line that they begin at and their language.
pub fn fenced(text: &str) -> Vec<(usize, &str, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(fence) = line.strip_prefix("```") else {
            continue;
        };
        let body = lines.by_ref().map(|(_, line)| line);
        let snippet: Vec<_> = body.take_while(|line| *line != "```").collect();
        let language = fence.split(',').next().unwrap_or_default();
        found.push((number + 1, language, snippet.join("\n")));
    }
    found
}
