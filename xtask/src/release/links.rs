//! The links of what registries show.

use std::path::Path;

use anyhow::{Result, ensure};
use fs_err as fs;

/// The READMEs of the crates and of the npm package. Registries resolve relative links by the repository.
const READMES: [&str; 5] = [
    "README.md",
    "npm/README.md",
    "frameworks/hooks/README.md",
    "frameworks/leptos/README.md",
    "frameworks/yew/README.md",
];

/// Checks that each relative link of the READMEs leads to a file or folder of the repository.
pub(super) fn check() -> Result<()> {
    let mut dead = Vec::new();
    for readme in READMES {
        let path = Path::new(readme);
        let folder = path.parent().unwrap_or(path);
        for target in relative_links(&fs::read_to_string(path)?) {
            if !folder.join(target).exists() {
                dead.push(format!("{readme}: {target}"));
            }
        }
    }
    ensure!(
        dead.is_empty(),
        "these links are dead:\n{}",
        dead.join("\n")
    );
    Ok(())
}

/// The paths that a Markdown text links to, without their fragments.
fn relative_links(markdown: &str) -> Vec<&str> {
    let targets = markdown.split("](").skip(1);
    let targets = targets.filter_map(|rest| rest.split([')', ' ']).next());
    let paths = targets.filter(|target| !target.contains(':'));
    let paths = paths.filter_map(|target| target.split('#').next());
    paths.filter(|path| !path.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::relative_links;

    #[test]
    fn a_relative_link_is_a_path_without_its_fragment() {
        let text = "[a](docs/a.md#b), [c](https://example.org), [d](#e), ![f](g.svg \"title\")";
        assert_eq!(relative_links(text), ["docs/a.md", "g.svg"]);
    }
}
