//! The crates with hooks for frameworks.

use std::path::Path;

use anyhow::Result;
use fs_err as fs;

use crate::server::ANNOUNCEMENT;

/// The frameworks. Each name is also that of the crate's folder in `frameworks`.
pub(crate) const FRAMEWORKS: [&str; 2] = ["leptos", "yew"];

/// The crate that the frameworks' crates are built on.
pub(crate) const HOOKS: &str = "typed-eventsource-hooks";

/// The name of a framework's crate.
pub(crate) fn package(framework: &str) -> String {
    format!("typed-eventsource-{framework}")
}

/// The names of all crates in `frameworks`.
pub(crate) fn packages() -> impl Iterator<Item = String> {
    let frameworks = FRAMEWORKS.into_iter().map(package);
    frameworks.chain([HOOKS.to_owned()])
}

/// Copies the test server's announcement to each framework's folder, from which the page of the crate's tests is served. The
/// copy stays when the server stops: a test then finds no server at the address, which is as clear as no file.
pub(crate) fn announce() -> Result<()> {
    for framework in FRAMEWORKS {
        let copy = Path::new("frameworks").join(framework).join(ANNOUNCEMENT);
        if let Some(folder) = copy.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(ANNOUNCEMENT, &copy)?;
    }
    Ok(())
}
