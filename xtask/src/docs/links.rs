//! Checks that the links in the book hold: to pages, to places in pages, and to files.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Result, ensure};
use fs_err as fs;

/// Fails if a link in one of the book's pages leads nowhere. Links to other sites are not followed.
pub(crate) fn check(book: &Path) -> Result<()> {
    let mut texts = BTreeMap::new();
    for entry in fs::read_dir(book)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.ends_with(".html") {
            texts.insert(name, fs::read_to_string(&path)?);
        }
    }
    let anchors = texts.iter().map(|(name, text)| {
        let ids: BTreeSet<_> = values(text, " id=\"").collect();
        (name.as_str(), ids)
    });
    let anchors: BTreeMap<_, _> = anchors.collect();
    let mut dead = Vec::new();
    for (name, text) in &texts {
        for link in values(text, " href=\"").chain(values(text, " src=\"")) {
            let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
            let is_elsewhere = link.contains(':');
            let file = if file.is_empty() { name } else { file };
            let has_place = match anchors.get(file) {
                _ if is_elsewhere || fragment.is_empty() => true,
                Some(ids) => ids.contains(fragment),
                None => false,
            };
            if !(is_elsewhere || has_place && book.join(file).exists()) {
                dead.push(format!("{name}: {link}"));
            }
        }
    }
    dead.dedup();
    ensure!(
        dead.is_empty(),
        "links that lead nowhere:\n{}",
        dead.join("\n")
    );
    Ok(())
}

/// The values of an attribute in a page, as mdBook writes it.
fn values<'a>(text: &'a str, attribute: &'a str) -> impl Iterator<Item = &'a str> {
    let values = text.split(attribute).skip(1);
    values.filter_map(|rest| Some(rest.split_once('"')?.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_a_page_to_a_place_and_to_a_file_hold_and_others_are_named() -> Result<()> {
        let book = tempfile::tempdir()?;
        let write = |name: &str, text: &str| fs::write(book.path().join(name), text);
        write("a.js", "")?;
        write("b.html", "<h1 id=\"there\">B</h1>")?;
        write(
            "a.html",
            "<a href=\"b.html\"></a> <a href=\"b.html#there\"></a> <script src=\"a.js\"></script> <a href=\"https://a/#b\"></a>",
        )?;
        check(book.path())?;
        write(
            "c.html",
            "<a href=\"b.html#gone\"></a> <a href=\"gone.html\"></a> <a href=\"#gone\"></a>",
        )?;
        let error = check(book.path())
            .expect_err("three links are dead")
            .to_string();
        let lines: Vec<_> = error.lines().skip(1).collect();
        assert_eq!(
            lines,
            ["c.html: b.html#gone", "c.html: gone.html", "c.html: #gone"]
        );
        Ok(())
    }
}
