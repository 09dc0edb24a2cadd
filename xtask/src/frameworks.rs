//! The crates with hooks for frameworks.

use std::path::Path;

use anyhow::Result;
use fs_err as fs;

use crate::server::ANNOUNCEMENT;

/// The framework of each, which is also its folder in `frameworks`.
pub(crate) const FRAMEWORKS: [&str; 2] = ["leptos", "yew"];

/// What they share.
pub(crate) const SHARED: &str = "typed-eventsource-hooks";

/// The name of a framework's crate.
pub(crate) fn package(framework: &str) -> String {
    format!("typed-eventsource-{framework}")
}

/// All of the packages.
pub(crate) fn packages() -> impl Iterator<Item = String> {
    let frameworks = FRAMEWORKS.into_iter().map(package);
    frameworks.chain([SHARED.to_owned()])
}

/// Says where the test server listens in each folder, too: the page of a crate's tests is served from there. It stays when
/// the server stops; who reads it then finds nobody at that address, which is as clear as no file.
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
