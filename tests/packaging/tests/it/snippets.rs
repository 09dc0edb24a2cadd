//! The snippets of the READMEs in TypeScript and JavaScript, each as a separate module.

use std::{fs, io, path::Path};

use typed_eventsource_harness::{CodeBlock, code_blocks};

use crate::{pages::VITE_6, tools};

const READMES: [(&str, &str); 2] = [("README.md", "repository"), ("npm/README.md", "package")];

/// The folder where the snippets are checked. It has the configuration of TypeScript, and declares the names that the snippets
/// use and do not define.
const FOLDER: &str = "consumers/snippets";

/// The folder where those snippets run that are tests.
const TESTS: &str = "consumers/vitest";

/// Checks the types of the snippets.
pub(crate) fn check() -> Result<(), String> {
    let folder = tools::installed().join(FOLDER);
    for (readme, name) in READMES {
        write(&tools::root().join(readme), &folder, name)
            .map_err(|error| format!("{readme}: {error}"))?;
    }
    tools::run(FOLDER, tools::TSC, &["-p", "tsconfig.json"])
}

/// Where those that import the package are built.
const BUILT: &str = "consumers/vite-snippets";

/// Builds the snippets that import the package, as they are, with Vite 6 and its default target.
pub(crate) fn build() -> Result<(), String> {
    let folder = tools::installed().join(BUILT);
    let mut count = 0;
    for (readme, name) in READMES {
        let text = fs::read_to_string(tools::root().join(readme))
            .map_err(|error| format!("{readme}: {error}"))?;
        for CodeBlock {
            line,
            language,
            code,
        } in code_blocks(&text)
        {
            let is_app = matches!(language, "ts" | "js")
                && code.contains("from \"typed-eventsource")
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
    for CodeBlock {
        line,
        language,
        code,
    } in tests
    {
        let file = format!("{TESTS}/readme-line-{line}.test.{language}");
        fs::write(tools::installed().join(file), code).map_err(|error| error.to_string())?;
    }
    // Vitest's default limit of five seconds for a test is too short on a busy machine.
    let args = ["run", "--testTimeout=120000", "--hookTimeout=120000"];
    tools::run(TESTS, "vitest/vitest.mjs", &args)
}

/// Writes each snippet of a README to a file.
fn write(readme: &Path, folder: &Path, name: &str) -> io::Result<()> {
    let text = fs::read_to_string(readme)?;
    let mut imports = String::new();
    let blocks = code_blocks(&text)
        .into_iter()
        .filter(|block| matches!(block.language, "ts" | "js"));
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
