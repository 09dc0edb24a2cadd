//! Checks, builds and runs the snippets in TypeScript and JavaScript of the READMEs, of the book and of the package's skill. Each is a separate
//! module, unless it is a part of a file that is tested.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use typed_eventsource_harness::{CodeBlock, code_blocks, tested_file};

use crate::{pages::VITE_6, tools};

/// The pages beside those of the book, each with a name for the files of its snippets.
const PAGES: [(&str, &str); 3] = [
    ("README.md", "repository"),
    ("npm/README.md", "package"),
    ("npm/src/skills/typed-eventsource/SKILL.md", "skill"),
];

/// The folder of the book.
const BOOK: &str = "docs";

/// All pages: the path of each from the root, and a name for the files of its snippets.
fn pages() -> Result<Vec<(String, String)>, String> {
    let mut pages = Vec::from(PAGES.map(|(page, name)| (page.to_owned(), name.to_owned())));
    let book = fs::read_dir(tools::root().join(BOOK)).map_err(|error| error.to_string())?;
    for entry in book {
        let path = entry.map_err(|error| error.to_string())?.path();
        if let Some(name) = path
            .file_stem()
            .filter(|_| path.extension().is_some_and(|end| end == "md"))
        {
            let name = name.to_string_lossy();
            pages.push((format!("{BOOK}/{name}.md"), format!("book-{name}")));
        }
    }
    Ok(pages)
}

/// The folder where the snippets are checked. It has the configuration of TypeScript, and declares the names that the snippets
/// use and do not define.
const FOLDER: &str = "consumers/snippets";

/// The folder where those snippets run that are tests.
const TESTS: &str = "consumers/vitest";

/// Checks the types of the snippets.
pub(crate) fn check() -> Result<(), String> {
    let folder = empty(FOLDER)?;
    for (page, name) in pages()? {
        write(&tools::root().join(&page), &folder, &name)
            .map_err(|error| format!("{page}: {error}"))?;
    }
    tools::run(FOLDER, tools::TSC, &["-p", "tsconfig.json"])
}

/// A folder of the installed consumers, without the snippets that an earlier run wrote there.
fn empty(folder: &str) -> Result<PathBuf, String> {
    let folder = tools::installed().join(folder);
    let remove = || -> io::Result<()> {
        for file in fs::read_dir(&folder)? {
            let file = file?;
            if file.file_name().to_string_lossy().contains("-line-") {
                fs::remove_file(file.path())?;
            }
        }
        Ok(())
    };
    remove().map_err(|error| error.to_string())?;
    Ok(folder)
}

/// The snippets in TypeScript and JavaScript that are no part of another file.
fn modules(page: &str) -> impl Iterator<Item = CodeBlock<'_>> {
    let blocks = code_blocks(page).into_iter();
    blocks
        .filter(|block| matches!(block.language, "ts" | "js") && tested_file(page, block).is_none())
}

/// The folder where the snippets are built that import the package.
const BUILT: &str = "consumers/vite-snippets";

/// Builds the snippets that import the package, as they are, with Vite 6 and its default target.
pub(crate) fn build() -> Result<(), String> {
    let folder = empty(BUILT)?;
    let mut count = 0;
    for (page, name) in pages()? {
        let text = fs::read_to_string(tools::root().join(&page))
            .map_err(|error| format!("{page}: {error}"))?;
        for CodeBlock {
            line,
            language,
            code,
        } in modules(&text)
        {
            let is_app = code.contains("from \"typed-eventsource")
                && !code.contains("from \"vitest\"")
                // Only the tools for Workers can import this file.
                && !code.contains(".wasm\";");
            if is_app {
                let file = folder.join(format!("{name}-line-{line}.{language}"));
                fs::write(file, code).map_err(|error| error.to_string())?;
                count += 1;
            }
        }
    }
    assert!(count > 2, "the READMEs have lines to paste");
    tools::run(BUILT, VITE_6, &["build"])
}

/// Runs the tests among the snippets of the package's README, and others that an app may have.
pub(crate) fn run_tests() -> Result<(), String> {
    let readme = tools::root().join("npm/README.md");
    let text = fs::read_to_string(readme).map_err(|error| error.to_string())?;
    let tests: Vec<_> = code_blocks(&text)
        .into_iter()
        .filter(|block| block.code.contains("from \"vitest\""))
        .collect();
    assert!(!tests.is_empty(), "the README has no test");
    let folder = empty(TESTS)?;
    for CodeBlock {
        line,
        language,
        code,
    } in tests
    {
        let file = folder.join(format!("readme-line-{line}.test.{language}"));
        fs::write(file, code).map_err(|error| error.to_string())?;
    }
    // Vitest's default limit of five seconds for a test is too short on a busy machine.
    let args = ["run", "--testTimeout=120000", "--hookTimeout=120000"];
    tools::run(TESTS, "vitest/vitest.mjs", &args)
}

/// Writes each snippet of a README to a file.
fn write(readme: &Path, folder: &Path, name: &str) -> io::Result<()> {
    let text = fs::read_to_string(readme)?;
    let mut imports = String::new();
    let blocks = modules(&text);
    for CodeBlock {
        line,
        language,
        code: snippet,
    } in blocks
    {
        // A snippet without imports uses those of the snippet before it.
        let own: Vec<_> = snippet
            .lines()
            .filter(|line| line.starts_with("import "))
            .collect();
        let source = if own.is_empty() {
            format!("{imports}\n{snippet}")
        } else {
            imports = own.join("\n");
            snippet
        };
        let file = folder.join(format!("{name}-line-{line}.{language}"));
        fs::write(file, source + "\nexport {};\n")?;
    }
    Ok(())
}
