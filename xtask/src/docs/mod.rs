//! `cargo xtask docs`: the book, made of `docs` by mdBook. It has each page as HTML and as Markdown, the npm package for its live
//! demos, and `llms.txt`.

mod links;
mod pages;

use std::{env, path::Path, process::Command};

use anyhow::Result;
use fs_err as fs;

use crate::{
    files, npm,
    process::{self, say},
    setup,
};
use pages::Page;

/// The folder of the book that is built.
const BOOK: &str = "target/book";
/// The folder with what mdBook reads.
const STAGED: &str = "target/book-source";

/// Builds the npm package and the book.
pub(crate) fn docs() -> Result<()> {
    npm::build()?;
    build()?;
    say(format_args!(
        "the book is in {BOOK}; its live demos need a file server, such as `python3 -m http.server --directory {BOOK}`"
    ));
    Ok(())
}

/// Builds the book, with the npm package as it is there, and checks its links.
pub(crate) fn build() -> Result<()> {
    let mdbook = setup::MDBOOK.get()?;
    let (book, staged) = (Path::new(BOOK), Path::new(STAGED));
    files::remove(staged)?;
    files::remove(book)?;
    let pages = pages::stage(staged)?;
    process::run(
        Command::new(mdbook)
            .args(["build", STAGED, "--dest-dir"])
            .arg(env::current_dir()?.join(book)),
    )?;
    files::copy(Path::new(npm::PRODUCT), &book.join("pkg"))?;
    for page in &pages {
        fs::write(book.join(&page.file), &page.text)?;
    }
    fs::write(book.join("llms.txt"), index_of(&pages))?;
    fs::write(book.join("llms-full.txt"), all_of(&pages))?;
    links::check(book)
}

/// What the book has, for language models: each page with its first sentence, in the format of llmstxt.org.
fn index_of(pages: &[Page]) -> String {
    let mut text = String::from("# typed-eventsource\n");
    if let Some(first) = pages.first() {
        text += &format!("\n> {}\n", first.first_sentence());
    }
    text += "\nAll pages in one file: [llms-full.txt](llms-full.txt)\n";
    let mut part = "";
    for page in pages {
        if page.part != part {
            text += &format!("\n## {}\n\n", page.part);
            part = &page.part;
        } else if part.is_empty() {
            continue;
        }
        let Page { title, file, .. } = page;
        text += &format!("- [{title}]({file}): {}\n", page.first_sentence());
    }
    text
}

/// The text of all pages, each after a line with its file.
fn all_of(pages: &[Page]) -> String {
    let page = |page: &Page| format!("<!-- {} -->\n\n{}\n", page.file, page.text.trim());
    pages.iter().map(page).collect::<Vec<_>>().join("\n")
}
