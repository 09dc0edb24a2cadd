//! The pages that mdBook reads: those of `docs`, with links that hold inside the book.

use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use fs_err as fs;

use crate::files;

/// The folder of the book's sources.
const DOCS: &str = "docs";
/// The folder in the book with the files of the repository that pages link to.
const SOURCE: &str = "source";
/// A page of `docs` that is nothing but this, and the path of another file of the repository, is that file.
const INCLUDE: (&str, &str) = ("{{#include ", "}}");

/// A page of the book.
pub(crate) struct Page {
    /// The heading in the table of contents under which the page is; empty for the first page.
    pub(crate) part: String,
    /// The name in the table of contents.
    pub(crate) title: String,
    /// The file in `docs`, and in the book.
    pub(crate) file: String,
    /// The text, whose links hold inside the book.
    pub(crate) text: String,
}

impl Page {
    /// The first sentence of the first paragraph, without its links.
    pub(crate) fn first_sentence(&self) -> String {
        let mut lines = self.text.lines().skip_while(|line| {
            line.is_empty() || line.starts_with(['#', '<', '!', '|', '`', '-', ' '])
        });
        let paragraph: Vec<_> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
        let paragraph = map_links(&paragraph.join(" "), |_| Ok(Target::TextOnly));
        let paragraph = paragraph.unwrap_or_default();
        let end = paragraph.find(". ").map_or(paragraph.len(), |end| end + 1);
        paragraph[..end].to_owned()
    }
}

/// Writes mdBook's sources into a folder. Returns the pages in their order.
pub(crate) fn stage(folder: &Path) -> Result<Vec<Page>> {
    let source = folder.join("src");
    fs::create_dir_all(&source)?;
    for (file, to) in [
        ("book.toml", folder),
        ("theme", folder),
        ("SUMMARY.md", &source),
        ("live", &source),
    ] {
        files::copy(&Path::new(DOCS).join(file), &to.join(file))?;
    }
    let mut pages = listed(&fs::read_to_string(Path::new(DOCS).join("SUMMARY.md"))?);
    // The file of the repository that each page shows, with the page.
    let mut shown = BTreeMap::new();
    for page in &mut pages {
        let mut origin = Path::new(DOCS).join(&page.file);
        shown.insert(origin.clone(), page.file.clone());
        page.text = fs::read_to_string(&origin)?;
        if let Some(included) = included(&page.text) {
            origin = normal(&Path::new(DOCS).join(included));
            page.text = fs::read_to_string(&origin)?;
            shown.insert(origin, page.file.clone());
        }
    }
    let mut linked = Vec::new();
    for page in &mut pages {
        let origin = shown.iter().filter(|(_, file)| **file == page.file);
        // An included file comes instead of the page that includes it.
        let origin = origin
            .map(|(path, _)| path)
            .find(|path| !path.starts_with(DOCS));
        let origin = origin
            .cloned()
            .unwrap_or_else(|| Path::new(DOCS).join(&page.file));
        let here = origin.parent().unwrap_or(Path::new(""));
        page.text = map_links(&page.text, |target| {
            in_book(target, here, &shown, &mut linked)
        })
        .with_context(|| format!("a link in {}", origin.display()))?;
        fs::write(source.join(&page.file), &page.text)?;
    }
    for (path, copy) in linked {
        let copy = source.join(copy);
        fs::create_dir_all(copy.parent().unwrap_or(&source))?;
        fs::copy(path, copy)?;
    }
    Ok(pages)
}

/// The pages in the table of contents, without their texts.
fn listed(summary: &str) -> Vec<Page> {
    let mut part = String::new();
    let mut pages = Vec::new();
    for line in summary.lines() {
        if let Some(heading) = line.strip_prefix("# ") {
            heading.clone_into(&mut part);
        }
        let link = line.trim_start().trim_start_matches("- ").strip_prefix('[');
        let link = link.and_then(|link| link.strip_suffix(')')?.split_once("]("));
        if let Some((title, file)) = link {
            pages.push(Page {
                // The heading of the table itself is none of a part.
                part: if pages.is_empty() {
                    String::new()
                } else {
                    part.clone()
                },
                title: title.to_owned(),
                file: file.to_owned(),
                text: String::new(),
            });
        }
    }
    pages
}

/// The file that a page includes as a whole.
fn included(text: &str) -> Option<&str> {
    text.trim().strip_prefix(INCLUDE.0)?.strip_suffix(INCLUDE.1)
}

/// What becomes of a link.
enum Target {
    Link(String),
    /// The link has no place in the book: its text stays.
    TextOnly,
}

/// The link in the book that takes the place of one in a file of the folder `here`. Files that have to be copied into the book go into
/// `linked`.
fn in_book(
    target: &str,
    here: &Path,
    shown: &BTreeMap<PathBuf, String>,
    linked: &mut Vec<(PathBuf, String)>,
) -> Result<Target> {
    let is_elsewhere = target.contains(':') || target.starts_with('#');
    let (file, fragment) = match target.split_once('#') {
        Some((file, fragment)) => (file, format!("#{fragment}")),
        None => (target, String::new()),
    };
    if is_elsewhere {
        return Ok(Target::Link(target.to_owned()));
    }
    let path = normal(&here.join(file));
    let page = shown
        .get(&path)
        .or_else(|| shown.get(&path.join("README.md")));
    if let Some(page) = page {
        return Ok(Target::Link(format!("{page}{fragment}")));
    }
    if path.is_dir() {
        return Ok(Target::TextOnly);
    }
    ensure!(
        path.extension().is_none_or(|end| end != "md"),
        "{} is in no page of the book",
        path.display()
    );
    // File servers send a text as one only if its name ends so.
    let ending = if path.extension().is_some_and(|end| end == "svg") {
        ""
    } else {
        ".txt"
    };
    let copy = format!("{SOURCE}/{}{ending}", path.display());
    fs::metadata(&path)?;
    linked.push((path, copy.clone()));
    Ok(Target::Link(copy))
}

/// A path without `.` and `..`, where they can be resolved.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir if normal.pop() => {}
            Component::CurDir => {}
            component => normal.push(component),
        }
    }
    normal
}

/// Replaces the targets of the links in a text, other than those in blocks of code.
fn map_links(text: &str, mut map: impl FnMut(&str) -> Result<Target>) -> Result<String> {
    let mut mapped = String::new();
    let mut is_code = false;
    for line in text.split_inclusive('\n') {
        is_code ^= line.starts_with("```");
        if is_code {
            mapped += line;
            continue;
        }
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("](") {
            let (target, after) = after
                .split_once(')')
                .with_context(|| format!("no end: {line}"))?;
            match map(target)? {
                Target::Link(target) => mapped += &format!("{before}]({target})"),
                Target::TextOnly => {
                    let (before, text) = before.rsplit_once('[').unwrap_or(("", before));
                    mapped += before;
                    mapped += text;
                }
            }
            rest = after;
        }
        mapped += rest;
    }
    Ok(mapped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_mapped_outside_of_code_and_a_link_without_a_place_becomes_its_text() -> Result<()>
    {
        let text = "[a](x) and [`b`](y)\n```js\n[c](x)\n```\n[d](x)\n";
        let mapped = map_links(text, |target| {
            Ok(match target {
                "x" => Target::Link("z".to_owned()),
                _ => Target::TextOnly,
            })
        })?;
        assert_eq!(mapped, "[a](z) and `b`\n```js\n[c](x)\n```\n[d](z)\n");
        Ok(())
    }

    #[test]
    fn the_table_of_contents_lists_pages_by_their_parts() {
        let pages =
            listed("# Summary\n\n[Home](index.md)\n\n# Part\n\n- [A](a.md)\n  - [B](b.md)\n");
        let of = |page: &Page| [page.part.clone(), page.title.clone(), page.file.clone()].join(" ");
        assert_eq!(
            pages.iter().map(of).collect::<Vec<_>>(),
            [" Home index.md", "Part A a.md", "Part B b.md"]
        );
    }

    #[test]
    fn a_path_is_resolved_as_far_as_it_can_be() {
        assert_eq!(normal(Path::new("docs/../tests/./a")), Path::new("tests/a"));
    }
}
