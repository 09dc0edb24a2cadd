//! Installs a tool once, whole or not at all, even if several runs ask for it at the same time.

use std::{
    env,
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use fs_err as fs;

use crate::{
    files,
    process::{self, say},
};

/// The time between two checks whether another run has finished an installation.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// A folder in the cache that one tool is installed into.
pub(crate) struct Installation {
    folder: PathBuf,
    /// The path in the folder of the file that is used. The installation is complete if the file exists.
    product: PathBuf,
}

impl Installation {
    /// The folder has this name. It holds the version, so that two versions can be there at once.
    pub(crate) fn new(name: &str, product: impl Into<PathBuf>) -> Result<Self> {
        Ok(Self {
            folder: cache_folder()?.join(name),
            product: product.into(),
        })
    }

    /// The path of the product, if it is installed.
    pub(crate) fn find(&self) -> Option<PathBuf> {
        let product = self.folder.join(&self.product);
        product.exists().then_some(product)
    }

    /// The path of the product. If it is missing, `install` fills a temporary folder, which is then moved into place. Other
    /// runs that ask for the same product wait until then.
    pub(crate) fn get(
        &self,
        announcement: impl std::fmt::Display,
        install: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        if let Some(product) = self.find() {
            return Ok(product);
        }
        let _lock = lock(&self.folder)?;
        if let Some(product) = self.find() {
            return Ok(product);
        }
        say(announcement);
        // The folder is removed if the installation fails.
        let unfinished = tempfile::tempdir_in(self.folder.parent().unwrap_or(&self.folder))?;
        install(unfinished.path())?;
        let product = self.product.display();
        ensure!(
            unfinished.path().join(&self.product).exists(),
            "{product} was not installed"
        );
        // A program that cleans caches may have left a part of an earlier installation.
        files::remove(&self.folder)?;
        fs::rename(unfinished.path(), &self.folder)?;
        Ok(self.folder.join(&self.product))
    }
}

/// Waits for the lock on a folder or a file that is about to be changed. Every run in every clone respects the lock. The
/// system releases it when the file is closed, also if the process is killed.
pub(crate) fn lock(subject: &Path) -> Result<File> {
    let path = subject.with_added_extension("lock");
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = fs::File::create(&path)?.into_file();
    let is_free = || match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    };
    if !is_free()? {
        let name = subject.file_name().unwrap_or(subject.as_os_str());
        say(format_args!(
            "waiting until another run has installed {}…",
            name.display()
        ));
        while !is_free()? {
            ensure!(!process::interrupted(), "interrupted");
            thread::sleep(POLL_INTERVAL);
        }
    }
    Ok(file)
}

/// Waits for a lock that protects no folder of the cache, but something else, such as the system's packages.
pub(crate) fn lock_named(name: &str) -> Result<File> {
    lock(&cache_folder()?.join(name))
}

/// The folder where the tools are kept.
pub(crate) fn cache_folder() -> Result<PathBuf> {
    let given = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = given
        .filter(|folder| folder.is_absolute())
        .or_else(|| Some(env::home_dir()?.join(".cache")))
        .context("no home folder to keep tools in; set XDG_CACHE_HOME")?;
    Ok(cache.join("typed-eventsource"))
}

#[cfg(test)]
mod tests {
    use std::{
        ffi::OsString,
        sync::{
            Barrier,
            atomic::{AtomicU32, Ordering},
        },
    };

    use anyhow::bail;
    use tempfile::TempDir;

    use super::*;

    /// An installation in a folder that one test has for itself.
    struct TestInstallation {
        folder: TempDir,
        installation: Installation,
    }

    impl TestInstallation {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let installation = Installation {
                folder: folder.path().join("tool-1.0"),
                product: "bin/tool".into(),
            };
            Self {
                folder,
                installation,
            }
        }

        fn get(&self, install: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
            self.installation.get("installing a tool", install)
        }

        fn file_names(&self) -> Vec<OsString> {
            let entries = fs::read_dir(self.folder.path()).expect("the folder can be read");
            let mut names: Vec<_> = entries
                .map(|entry| entry.expect("a name").file_name())
                .collect();
            names.sort();
            names
        }
    }

    fn install(folder: &Path) -> Result<()> {
        fs::create_dir(folder.join("bin"))?;
        thread::yield_now();
        Ok(fs::write(folder.join("bin/tool"), "whole")?)
    }

    #[test]
    fn threads_that_ask_at_the_same_time_share_one_installation() {
        const THREADS: usize = 8;
        let test = TestInstallation::new();
        let (start, installed) = (Barrier::new(THREADS), AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    start.wait();
                    let product = test.get(|folder| {
                        installed.fetch_add(1, Ordering::SeqCst);
                        install(folder)
                    });
                    let text = fs::read_to_string(product.expect("it is installed"));
                    assert_eq!(text.expect("it can be read"), "whole");
                });
            }
        });
        assert_eq!(installed.load(Ordering::SeqCst), 1);
        assert_eq!(test.file_names(), ["tool-1.0", "tool-1.0.lock"]);
    }

    #[test]
    fn a_failed_installation_leaves_nothing_and_the_next_one_succeeds() {
        let test = TestInstallation::new();
        let failed = test.get(|folder| {
            fs::write(folder.join("half"), "")?;
            bail!("no network")
        });
        assert_eq!(failed.expect_err("it failed").to_string(), "no network");
        assert_eq!(test.file_names(), ["tool-1.0.lock"]);
        test.get(install).expect("it is installed");
    }

    #[test]
    fn a_folder_without_the_product_is_replaced() {
        let test = TestInstallation::new();
        fs::create_dir_all(test.installation.folder.join("leftover")).expect("it is made");
        assert_eq!(test.installation.find(), None);
        let product = test.get(install).expect("it is installed");
        assert_eq!(test.installation.find(), Some(product));
        assert!(!test.installation.folder.join("leftover").exists());
    }

    #[test]
    fn an_installation_that_makes_no_product_fails() {
        let test = TestInstallation::new();
        let installed = test.get(|_| Ok(()));
        assert!(installed.is_err());
        assert_eq!(test.file_names(), ["tool-1.0.lock"]);
    }
}
